#include "provider/paypal/judge.hpp"

#include <algorithm>
#include <array>

#include "provider/paypal/amount.hpp"
#include "provider/paypal/issues.hpp"
#include "provider/paypal/json.hpp"

namespace pay::paypal {
namespace {

using boost::json::object;

bool holds_amount(const Instruction& instruction, const object& holder) {
  const auto* const amount = object_of(holder, "amount");
  return amount != nullptr && text_of(*amount, "currency_code") == instruction.currency.code() &&
         says_amount(text_of(*amount, "value"), call_of(instruction).amount_minor, instruction.currency);
}

/// `custom_id` may be left out where the path has said what it is about.
bool is_of_payment(const Instruction& instruction, const object& thing) {
  const auto custom = text_of(thing, "custom_id");
  return custom.empty() || custom == custom_id(instruction.attempt);
}

/// What an attempt has made, by name, once that is known.
bool is_of_attempt(const Instruction& instruction, const object& thing) {
  const auto& reference = call_of(instruction).reference;
  return (reference.empty() || text_of(thing, "id") == reference) && is_of_payment(instruction, thing) &&
         holds_amount(instruction, thing);
}

Outcome nobody_knows(std::string_view why, std::string_view reference = {}) {
  return Unknown{.why = std::string(why), .reference = std::string(reference)};
}

Outcome declined_by_processor(const object& thing) {
  const auto* const response = object_of(thing, "processor_response");
  const auto code = response != nullptr ? text_of(*response, "response_code") : std::string_view{};
  return Declined{std::string(decline_code_of(code))};
}

Brand brand_named(std::string_view name) {
  struct Row {
    std::string_view name;
    Brand brand;
  };
  static constexpr auto rows = std::to_array<Row>({{"VISA", Brand::visa},
                                                   {"ELECTRON", Brand::visa},
                                                   {"MASTERCARD", Brand::mastercard},
                                                   {"MAESTRO", Brand::mastercard},
                                                   {"AMEX", Brand::amex},
                                                   {"DISCOVER", Brand::discover},
                                                   {"DINERS", Brand::diners},
                                                   {"JCB", Brand::jcb},
                                                   {"CHINA_UNION_PAY", Brand::unionpay}});
  const auto row = std::ranges::find(rows, name, &Row::name);
  return row == rows.end() ? Brand::unknown : row->brand;
}

PaymentMethod card_of(const object& card) {
  constexpr std::size_t kept_digits = 4;
  const auto type = text_of(card, "type");
  PaymentMethod method{.type = type == "DEBIT"     ? MethodType::debit_card
                               : type == "PREPAID" ? MethodType::prepaid_card
                                                   : MethodType::credit_card,
                       .brand = brand_named(text_of(card, "brand")),
                       .last4 = {},
                       .expiry = {}};
  const auto digits = text_of(card, "last_digits");
  if (digits.size() == kept_digits &&
      std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
    method.last4 = digits;
  if (const auto expiry = parse_expiry(text_of(card, "expiry"))) method.expiry = *expiry;
  return method;
}

/// What paid; nothing when PayPal does not say it and it was no wallet.
std::optional<PaymentMethod> method_of_order(const Instruction& instruction, const object& order) {
  const auto* const source = object_of(order, "payment_source");
  if (source != nullptr) {
    if (const auto* const card = object_of(*source, "card")) return card_of(*card);
  }
  const bool wallet = source != nullptr && object_of(*source, "paypal") != nullptr;
  if (!wallet && call_of(instruction).source.kind != KeptSource::Kind::wallet) return std::nullopt;
  return PaymentMethod{.type = MethodType::wallet, .brand = Brand::paypal, .last4 = {}, .expiry = {}};
}

/// Where the payer approves it; empty: nowhere.
std::string_view approval_page(const object& order) {
  constexpr std::size_t longest = 2'000;
  const auto* const links = order.if_contains("links");
  const auto* const list = links != nullptr ? links->if_array() : nullptr;
  if (list == nullptr) return {};
  for (const auto& one : *list) {
    const auto* const link = one.if_object();
    if (link == nullptr) continue;
    const auto relation = text_of(*link, "rel");
    const auto url = text_of(*link, "href");
    const bool is_url = url.starts_with("https://") || url.starts_with("http://");
    const bool is_plain = std::ranges::all_of(url, [](char c) { return c > ' ' && c <= '~'; });
    if ((relation == "payer-action" || relation == "approve") && is_url && is_plain && url.size() <= longest)
      return url;
  }
  return {};
}

Outcome waits_for_payer(const Instruction& instruction, const object& order) {
  const auto page = approval_page(order);
  const auto id = text_of(order, "id");
  if (page.empty()) return nobody_knows("an order that waits for its payer names no page", id);
  return ActionRequired{.url = std::string(page),
                        .expires_at = instruction.attempt.created_at + time_to_approve,
                        .reference = std::string(id)};
}

/// The first payment in a purchase unit: there is one, for each order is taken once.
const object* payment_in(const object& unit, std::string_view kind) {
  const auto* const payments = object_of(unit, "payments");
  return payments != nullptr ? first_of(*payments, kind) : nullptr;
}

Outcome judge_taken(const Instruction& instruction, const object& order, const object& payment) {
  const auto order_id = text_of(order, "id");
  const auto id = text_of(payment, "id");
  const auto status = text_of(payment, "status");
  if (!is_name(id) || !is_of_payment(instruction, payment) || !holds_amount(instruction, payment))
    return nobody_knows("what was taken is not what was asked for", order_id);

  static constexpr std::array captured{"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"};
  static constexpr std::array authorized{"CREATED", "CAPTURED", "PARTIALLY_CAPTURED"};
  const auto& done = call_of(instruction).captures ? captured : authorized;
  if (std::ranges::find(done, status) != done.end())
    return Succeeded{.method = method_of_order(instruction, order), .reference = std::string(id)};
  if (status == "PENDING") return still_taken(instruction, order_id);
  if (status == "DECLINED" || status == "DENIED" || status == "FAILED") return declined_by_processor(payment);
  if (status == "VOIDED") return Declined{"authorization_voided"};
  if (status == "EXPIRED") return Declined{"authorization_expired"};
  return nobody_knows("what was taken has an unknown status", order_id);
}

}  // namespace

Pending still_taken(const Instruction& instruction, std::string_view order) {
  if (is_direct(call_of(instruction).source)) return {std::string(order)};
  return {being_taken(order)};
}

OrderJudgement judge_order(const Instruction& instruction, const object& order) {
  const auto& call = call_of(instruction);
  const auto id = text_of(order, "id");
  const auto status = text_of(order, "status");
  if (!is_name(id) || (!call.reference.empty() && id != order_named(call.reference)))
    return nobody_knows("the answer is about another order");
  const auto* const unit = first_of(order, "purchase_units");
  if (unit == nullptr) return Next::show;
  if (text_of(*unit, "custom_id") != custom_id(instruction.attempt))
    return nobody_knows("the order is of another payment");
  if (!holds_amount(instruction, *unit)) return nobody_knows("the order is of another amount", id);
  if (text_of(order, "intent") != (call.captures ? "CAPTURE" : "AUTHORIZE"))
    return nobody_knows("the order has another intent", id);

  if (status == "CREATED" || status == "SAVED" || status == "PAYER_ACTION_REQUIRED")
    return waits_for_payer(instruction, order);
  if (status == "APPROVED") return Next::take;
  if (status == "VOIDED") return Declined{"generic_decline"};
  if (status != "COMPLETED") return nobody_knows("the order has an unknown status", id);
  const auto* const payment = payment_in(*unit, call.captures ? "captures" : "authorizations");
  if (payment == nullptr) return Next::show;
  return judge_taken(instruction, order, *payment);
}

Outcome judge_capture(const Instruction& instruction, const object& capture) {
  const auto id = text_of(capture, "id");
  const auto status = text_of(capture, "status");
  if (!is_name(id)) return nobody_knows("the answer is no capture");
  if (!is_of_attempt(instruction, capture))
    return nobody_knows("what was captured is not what was asked for");
  if (status == "COMPLETED" || status == "PARTIALLY_REFUNDED" || status == "REFUNDED")
    return Succeeded{.reference = std::string(id)};
  if (status == "PENDING") return Pending{std::string(id)};
  if (status == "DECLINED" || status == "FAILED") return declined_by_processor(capture);
  return nobody_knows("the capture has an unknown status");
}

Outcome judge_refund(const Instruction& instruction, const object& refund) {
  const auto id = text_of(refund, "id");
  const auto status = text_of(refund, "status");
  if (!is_name(id)) return nobody_knows("the answer is no refund");
  if (!is_of_attempt(instruction, refund)) return nobody_knows("what was refunded is not what was asked for");
  if (status == "COMPLETED") return Succeeded{.reference = std::string(id)};
  if (status == "PENDING") return Pending{std::string(id)};
  if (status == "FAILED" || status == "CANCELLED") return Declined{"refund_failed"};
  return nobody_knows("the refund has an unknown status");
}

Outcome judge_voided(const Instruction& instruction, const object& authorization) {
  const auto status = text_of(authorization, "status");
  if (text_of(authorization, "id") != call_of(instruction).about ||
      !is_of_payment(instruction, authorization))
    return nobody_knows("the answer is about another authorization");
  if (object_of(authorization, "amount") != nullptr && !holds_amount(instruction, authorization))
    return nobody_knows("the authorization is of another amount");
  if (status == "VOIDED" || status == "DENIED" || status == "EXPIRED") return Succeeded{};
  return nobody_knows("the authorization is not voided");
}

Outcome judge_captured_order(const Instruction& instruction, const object& order) {
  const auto* const unit = first_of(order, "purchase_units");
  const auto* const found = unit != nullptr ? payment_in(*unit, "captures") : nullptr;
  if (found == nullptr || text_of(*unit, "custom_id") != custom_id(instruction.attempt))
    return nobody_knows("it was captured before, and the capture is not found");
  return judge_capture(instruction, *found);
}

}  // namespace pay::paypal
