#include <charconv>
#include <utility>

#include "view/fields.hpp"
#include "view/requests.hpp"
#include "view/rfc3339.hpp"

namespace pay::view {

namespace {

constexpr std::int64_t max_page_size = 100;

constexpr Sentence bad_time{"must be a time of RFC 3339, as in 2026-01-31T12:00:00Z, or a date",
                            "doit être une date et heure RFC 3339, comme 2026-01-31T12:00:00Z, ou une date"};
constexpr Sentence bad_limit{"must be a whole number from 1 to 100", "doit être un nombre entier de 1 à 100"};
constexpr Sentence bad_status{
    "must be one of pending, requires_action, processing, authorized, paid, partially_refunded, refunded, "
    "canceled.",
    "doit être pending, requires_action, processing, authorized, paid, partially_refunded, refunded ou "
    "canceled."};
constexpr Sentence bad_notification_status{"must be one of pending, delivered, dead",
                                           "doit être pending, delivered ou dead"};
constexpr Sentence bad_outcome{"must be one of pending, succeeded, declined, not_executed, unknown",
                               "doit être pending, succeeded, declined, not_executed ou unknown"};
constexpr Sentence bad_truth{"must be true or false", "doit être true ou false"};
constexpr Sentence empty_value{"must not be empty", "ne doit pas être vide"};

/// Reads known parameters; of a repeated one the last counts.
struct ParameterReader {
  Parameters parameters;
  Complaints complaints{};

  /// Nothing when it is absent, and nothing, with a complaint, when it is empty.
  std::optional<std::string_view> text(std::string_view name) {
    std::optional<std::string_view> value;
    for (const auto& parameter : parameters) {
      if (parameter.first == name) value = parameter.second;
    }
    if (value && value->empty()) {
      complaints.add(name, empty_value);
      value.reset();
    }
    return value;
  }

  /// What `parse` makes of the value; a complaint when that is nothing.
  template <class Parse>
  auto read(std::string_view name, Parse parse, Sentence otherwise) -> decltype(parse("")) {
    const auto value = text(name);
    if (!value) return std::nullopt;
    auto parsed = parse(*value);
    if (!parsed) complaints.add(name, otherwise);
    return parsed;
  }

  template <class Id>
  std::optional<Id> id(std::string_view name) {
    return read(name, read_id, bad_id).transform([](std::int64_t value) { return Id{value}; });
  }

  std::size_t limit(std::size_t otherwise) {
    const auto parse = [](std::string_view value) {
      const auto number = read_id(value);
      return number && *number <= max_page_size ? number : std::nullopt;
    };
    const auto value = read("limit", parse, bad_limit);
    return value ? std::size_t(*value) : otherwise;
  }

  std::optional<std::string> owned_text(std::string_view name) {
    return text(name).transform([](std::string_view value) { return std::string(value); });
  }
};

std::optional<bool> parse_truth(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> read_id(std::string_view text) {
  if (text.empty() || text.front() < '1' || text.front() > '9') return std::nullopt;
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size() || value > max_id) return std::nullopt;
  return value;
}

Result<ListPayments> read_list(Parameters parameters) {
  ParameterReader reader{.parameters = parameters};
  ListPayments list;
  list.filter = {.order_id = reader.id<OrderId>("order_id"),
                 .user_id = reader.id<UserId>("user_id"),
                 .status = reader.read("status", find_status, bad_status),
                 .client = reader.owned_text("client"),
                 .created_from = reader.read("created_from", parse_rfc3339, bad_time),
                 .created_to = reader.read("created_to", parse_rfc3339, bad_time)};
  list.limit = reader.limit(list.limit);
  list.cursor = reader.owned_text("cursor");
  if (!reader.complaints.empty()) return std::unexpected(std::move(reader.complaints).error());
  return list;
}

Result<ListAllAttempts> read_attempt_list(Parameters parameters) {
  ParameterReader reader{.parameters = parameters};
  ListAllAttempts list;
  list.filter = {.outcome = reader.read("outcome", find_attempt_outcome, bad_outcome),
                 .provider = reader.owned_text("provider"),
                 .needs_attention = reader.read("needs_attention", parse_truth, bad_truth),
                 .client = {}};
  list.limit = reader.limit(list.limit);
  list.cursor = reader.owned_text("cursor");
  if (!reader.complaints.empty()) return std::unexpected(std::move(reader.complaints).error());
  return list;
}

Result<ListNotifications> read_notification_list(Parameters parameters) {
  ParameterReader reader{.parameters = parameters};
  ListNotifications list;
  list.filter = {.payment_id = reader.id<PaymentId>("payment_id"),
                 .status = reader.read("status", find_notification_status, bad_notification_status),
                 .client = {}};
  list.limit = reader.limit(list.limit);
  list.cursor = reader.owned_text("cursor");
  if (!reader.complaints.empty()) return std::unexpected(std::move(reader.complaints).error());
  return list;
}

Result<PageOf> read_page(PaymentId payment, Parameters parameters) {
  ParameterReader reader{.parameters = parameters};
  PageOf page{.payment = payment, .cursor = {}};
  page.limit = reader.limit(page.limit);
  page.cursor = reader.owned_text("cursor");
  if (!reader.complaints.empty()) return std::unexpected(std::move(reader.complaints).error());
  return page;
}

}  // namespace pay::view
