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

/// Does the database answer?
struct CheckHealth {};

using Query = std::variant<FindPayment, ListPayments, ListEvents, ListRefunds, ListAttempts, CheckHealth>;

template <class T>
struct Page {
  std::vector<T> rows;
  std::optional<std::string> next_cursor;  ///< nothing on the last page
};
struct RefundPage : Page<Refund> {
  Currency currency;  ///< of every amount on the page
};
struct Healthy {};

using QueryResult = std::variant<Payment, Page<Payment>, Page<Event>, RefundPage, Page<Attempt>, Healthy>;

}  // namespace pay
