#include "query/cursor.hpp"

#include <fmt/format.h>

#include <charconv>

namespace pay {
namespace {

/// FNV-1a, 64 bits: stable over processes, and only a guard against mix-ups.
std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return value;
}

std::optional<std::uint64_t> read_hex(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

constexpr std::size_t hex_digits = 16;

std::string number_or_dash(const auto& id) {
  return id ? fmt::to_string(id->value) : "-";
}
std::string_view name_or_dash(const auto& status) {
  return status ? name(*status) : "-";
}
/// A text that is there is never taken for one that is not.
std::string text_or_dash(const std::optional<std::string>& text) {
  return text ? "=" + *text : "-";
}

}  // namespace

std::string write_cursor(std::int64_t position, std::uint64_t mark) {
  return fmt::format("{:016x}{:016x}", static_cast<std::uint64_t>(position), mark);
}

std::optional<std::int64_t> read_cursor(std::string_view text, std::uint64_t mark) {
  if (text.size() != 2 * hex_digits) return std::nullopt;
  const auto position = read_hex(text.substr(0, hex_digits));
  const auto its_mark = read_hex(text.substr(hex_digits));
  if (!position || its_mark != mark || *position > static_cast<std::uint64_t>(max_id)) return std::nullopt;
  return static_cast<std::int64_t>(*position);
}

std::uint64_t mark_of(const PaymentFilter& filter) {
  const auto time = [](const auto& value) {
    return value ? fmt::to_string(value->time_since_epoch().count()) : std::string("-");
  };
  return hash(fmt::format("payments {} {} {} {} {} {}", number_or_dash(filter.order_id),
                          number_or_dash(filter.user_id), name_or_dash(filter.status),
                          time(filter.created_from), time(filter.created_to), text_or_dash(filter.client)));
}

std::uint64_t mark_of(const NotificationFilter& filter) {
  return hash(fmt::format("notifications {} {} {}", number_or_dash(filter.payment_id),
                          name_or_dash(filter.status), text_or_dash(filter.client)));
}

std::uint64_t mark_of(const AttemptFilter& filter) {
  const std::string_view attention = !filter.needs_attention ? "-" : *filter.needs_attention ? "yes" : "no";
  return hash(fmt::format("all_attempts {} {} {} {}", name_or_dash(filter.outcome),
                          text_or_dash(filter.provider), attention, text_or_dash(filter.client)));
}

std::uint64_t mark_of(std::string_view list, PaymentId payment) {
  return hash(fmt::format("{} {}", list, payment.value));
}

}  // namespace pay
