#include "model/payment.hpp"

#include <fmt/format.h>

#include <charconv>
#include <iterator>
#include <stdexcept>

#include "model/names.hpp"

namespace pay {
namespace {

using namespace std::string_view_literals;

constexpr Names statuses{Status::canceled,
                         std::to_array({"pending"sv, "requires_action"sv, "processing"sv, "authorized"sv,
                                        "paid"sv, "partially_refunded"sv, "refunded"sv, "canceled"sv})};
constexpr Names capture_methods{CaptureMethod::manual, std::to_array({"automatic"sv, "manual"sv})};
constexpr Names method_types{MethodType::wallet,
                             std::to_array({"credit_card"sv, "debit_card"sv, "prepaid_card"sv, "wallet"sv})};

void append_netstring(std::string& out, std::string_view text) {
  fmt::format_to(std::back_inserter(out), "{}:{},", text.size(), text);
}

/// Takes one netstring (`5:color,`) off the front of `text`.
std::string take_netstring(std::string_view& text) {
  std::size_t size = 0;
  const auto [colon, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  const auto start = static_cast<std::size_t>(colon - text.data()) + 1;
  const bool whole = error == std::errc{} && start <= text.size() && text[start - 1] == ':' &&
                     size < text.size() - start && text[start + size] == ',';
  if (!whole) throw std::runtime_error("damaged metadata");
  std::string value{text.substr(start, size)};
  text.remove_prefix(start + size + 1);
  return value;
}

}  // namespace

std::string_view name(Status status) {
  return statuses.of(status);
}
std::optional<Status> find_status(std::string_view name) {
  return statuses.find(name);
}

std::string_view name(CaptureMethod method) {
  return capture_methods.of(method);
}
std::optional<CaptureMethod> find_capture_method(std::string_view name) {
  return capture_methods.find(name);
}

std::string_view name(MethodType type) {
  return method_types.of(type);
}
std::optional<MethodType> find_method_type(std::string_view name) {
  return method_types.find(name);
}

std::string encode_metadata(const Metadata& metadata) {
  std::string text;
  for (const auto& [key, value] : metadata) {
    append_netstring(text, key);
    append_netstring(text, value);
  }
  return text;
}

Metadata decode_metadata(std::string_view text) {
  Metadata metadata;
  while (!text.empty()) {
    auto key = take_netstring(text);
    auto value = take_netstring(text);
    metadata.emplace_back(std::move(key), std::move(value));
  }
  return metadata;
}

bool is_paid(const Payment& payment) {
  return payment.status == Status::paid || payment.status == Status::partially_refunded;
}

std::int64_t refundable_minor(const Payment& payment) {
  return payment.captured_minor - payment.refunded_minor;
}

}  // namespace pay
