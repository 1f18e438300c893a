#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "storage/store.hpp"

/// What can be asked about payments. A query changes nothing.
namespace pay {

struct FindPayment {
  PaymentId id;
};

struct ListPayments {
  PaymentFilter filter;
  std::optional<std::string> cursor;
  std::size_t limit = 20;
};

/// One page of what belongs to one payment.
struct PageOf {
  PaymentId payment;
  std::optional<std::string> cursor;
  std::size_t limit = 20;
};
struct ListEvents : PageOf {};
struct ListRefunds : PageOf {};
struct ListAttempts : PageOf {};

/// Attempts of every payment.
struct ListAllAttempts {
  AttemptFilter filter;
  std::optional<std::string> cursor;
  std::size_t limit = 20;
};

struct ListNotifications {
  NotificationFilter filter;
  std::optional<std::string> cursor;
  std::size_t limit = 20;
};

/// Does the database answer?
struct CheckHealth {};

using Query = std::variant<FindPayment, ListPayments, ListEvents, ListRefunds, ListAttempts, ListAllAttempts,
                           ListNotifications, CheckHealth>;

/// A query and who asks: what is not that client's own does not exist for it.
struct Question {
  Query query;
  std::optional<std::string> scope{};  ///< the only client whose payments are seen; nothing: everybody's
};

template <class T>
struct Page {
  std::vector<T> rows;
  std::optional<std::string> next_cursor;  ///< nothing on the last page
};
struct RefundPage : Page<Refund> {
  Currency currency;  ///< of every amount on the page
};
struct Healthy {};

using QueryResult =
    std::variant<Payment, Page<Payment>, Page<Event>, RefundPage, Page<Attempt>, Page<Notification>, Healthy>;

}  // namespace pay
