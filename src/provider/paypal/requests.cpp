#include "provider/paypal/requests.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>

#include "base/bug.hpp"
#include "provider/paypal/json.hpp"

namespace pay::paypal {
namespace {

namespace json = boost::json;

constexpr std::string_view orders = "/v2/checkout/orders";
constexpr std::string_view authorizations = "/v2/payments/authorizations";
constexpr std::string_view captures = "/v2/payments/captures";
constexpr std::string_view refunds = "/v2/payments/refunds";

ProviderRequest post(Ask ask, std::string path, std::string body, std::string_view request_id) {
  return {.path = std::move(path),
          .body = std::move(body),
          .headers = {fmt::format("PayPal-Request-Id: {}", request_id), "Prefer: return=representation"},
          .step = static_cast<int>(ask),
          .repeatable = true};
}

json::object money(std::string_view amount, Currency currency) {
  return {{"currency_code", currency.code()}, {"value", amount}};
}

/// At most so many bytes, and no character cut in two.
std::string_view cut(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  return text.substr(0, bytes);
}

json::object purchase_unit(const Instruction& instruction, std::string_view amount) {
  constexpr std::size_t longest_description = 127;
  const auto id = custom_id(instruction.attempt);
  json::object unit{{"reference_id", id},
                    {"custom_id", id},
                    {"invoice_id", provider_key(instruction.attempt)},
                    {"amount", money(amount, instruction.currency)}};
  if (!instruction.description.empty())
    unit["description"] = cut(instruction.description, longest_description);
  return unit;
}

/// Where the payer comes back to, whether the payment was approved or not: a look at the order tells.
json::object experience(const Instruction& instruction) {
  if (instruction.return_url.empty()) return {};
  return {{"return_url", instruction.return_url}, {"cancel_url", instruction.return_url}};
}

constexpr std::string_view no_number = R"("number":"")";
constexpr std::string_view no_code = R"("security_code":"")";

/// A typed card without its digits, which `fill_in` adds.
json::object card_source(const Instruction& instruction) {
  json::object source;
  if (instruction.card) {
    const auto& card = *instruction.card;
    source["number"] = "";
    source["expiry"] = fmt::format("{:04}-{:02}", card.expiry.year, card.expiry.month);
    if (!card.cvc.reveal().empty()) source["security_code"] = "";
  } else {
    source["vault_id"] = call_of(instruction).source.token;
  }
  if (!instruction.return_url.empty()) source["experience_context"] = experience(instruction);
  return source;
}

json::object payment_source(const Instruction& instruction) {
  const auto& source = call_of(instruction).source;
  if (source.kind != KeptSource::Kind::wallet) return {{"card", card_source(instruction)}};
  if (!source.token.empty()) return {{"paypal", {{"vault_id", source.token}}}};
  auto context = experience(instruction);
  context["user_action"] = "PAY_NOW";
  context["shipping_preference"] = "NO_SHIPPING";
  return {{"paypal", {{"experience_context", std::move(context)}}}};
}

/// The text with the digits of the card, in the one place that they ever take: the sender wipes it. Within
/// JSON's texts quotes are escaped, so that what is looked for stands nowhere else.
std::string fill_in(std::string_view text, const Card& card) {
  std::string filled;
  filled.reserve(text.size() + 2 * Secret::capacity);
  filled = text;
  if (const auto at = filled.find(no_number); at != std::string::npos)
    filled.insert(at + no_number.size() - 1, card.number.reveal());
  if (const auto at = filled.find(no_code); at != std::string::npos)
    filled.insert(at + no_code.size() - 1, card.cvc.reveal());
  return filled;
}

std::string_view folder_of(Ask ask) {
  switch (ask) {
    case Ask::make_order:
    case Ask::take_order:
    case Ask::show_order:
    case Ask::show_order_again:
    case Ask::show_captured_order:
    case Ask::show_order_let_go:
      return orders;
    case Ask::capture:
    case Ask::show_authorization:
    case Ask::void_authorization:
      return authorizations;
    case Ask::show_capture:
    case Ask::refund:
    case Ask::refund_again:
      return captures;
    case Ask::show_refund:
      return refunds;
  }
  bug("an enumeration has another value");
}

}  // namespace

ProviderRequest make_order(const Instruction& instruction, std::string_view amount) {
  const json::object body{{"intent", call_of(instruction).captures ? "CAPTURE" : "AUTHORIZE"},
                          {"purchase_units", json::array{purchase_unit(instruction, amount)}},
                          {"payment_source", payment_source(instruction)}};
  auto text = json::serialize(body);
  if (instruction.card) text = fill_in(text, *instruction.card);
  return post(Ask::make_order, std::string(orders), std::move(text), provider_key(instruction.attempt));
}

ProviderRequest take_order(const Instruction& instruction, std::string_view order) {
  const auto* const verb = call_of(instruction).captures ? "capture" : "authorize";
  return post(Ask::take_order, fmt::format("{}/{}/{}", orders, order, verb), "{}",
              provider_key(instruction.attempt) + "-take");
}

ProviderRequest capture(const Instruction& instruction, std::string_view amount) {
  const json::object body{{"amount", money(amount, instruction.currency)}, {"final_capture", true}};
  return post(Ask::capture, fmt::format("{}/{}/capture", authorizations, call_of(instruction).about),
              json::serialize(body), provider_key(instruction.attempt));
}

ProviderRequest void_authorization(const Instruction& instruction) {
  auto request =
      post(Ask::void_authorization, fmt::format("{}/{}/void", authorizations, call_of(instruction).about), {},
           provider_key(instruction.attempt));
  // PayPal wants to know the type of the body that there is not.
  request.headers.emplace_back("Content-Type: application/json");
  return request;
}

ProviderRequest refund(const Instruction& instruction, std::string_view amount, Ask ask) {
  const json::object body{{"amount", money(amount, instruction.currency)},
                          {"custom_id", custom_id(instruction.attempt)}};
  return post(ask, fmt::format("{}/{}/refund", captures, call_of(instruction).about), json::serialize(body),
              provider_key(instruction.attempt));
}

ProviderRequest show(Ask ask, std::string_view name) {
  return {.method = "GET",
          .path = fmt::format("{}/{}", folder_of(ask), name),
          .step = static_cast<int>(ask),
          .repeatable = true};
}

Ask asked_for(const ProviderRequest& request) {
  return static_cast<Ask>(request.step);
}

std::string_view order_in(const ProviderRequest& request) {
  std::string_view path = request.path;
  if (!path.starts_with(orders) || path.size() == orders.size()) return {};
  path.remove_prefix(orders.size() + 1);
  return path.substr(0, path.find('/'));
}

namespace {

// No name of PayPal's has a hyphen in it.
constexpr std::string_view taken = "-taken";

}  // namespace

std::string being_taken(std::string_view order) {
  return fmt::format("{}{}", order, taken);
}

bool is_being_taken(std::string_view reference) {
  return reference.ends_with(taken);
}

std::string_view order_named(std::string_view reference) {
  if (is_being_taken(reference)) reference.remove_suffix(taken.size());
  return reference;
}

bool is_direct(const KeptSource& source) {
  return source.kind != KeptSource::Kind::wallet || !source.token.empty();
}

std::string custom_id(const Attempt& attempt) {
  return std::to_string(attempt.payment_id.value);
}

const ProviderCall& call_of(const Instruction& instruction) {
  if (!instruction.attempt.call) bug("a provider is asked for an attempt without a call");
  return *instruction.attempt.call;
}

}  // namespace pay::paypal
