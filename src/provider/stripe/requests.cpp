#include "provider/stripe/requests.hpp"

#include <fmt/format.h>

#include "base/bug.hpp"
#include "provider/stripe/form.hpp"

namespace pay::stripe {
namespace {

// The last version before Stripe named them; what is read of an answer means the same in it and in all later
// ones. Pinned, since an account's own default may be older.
constexpr std::string_view version_header = "Stripe-Version: 2024-06-20";

// The most that Stripe shows at once (https://docs.stripe.com/api/pagination). An intent takes two to three
// kilobytes: a page of them stays below what a client reads.
constexpr int page_limit = 100;

// The call comes right after the attempt was written; the clocks may differ.
constexpr std::chrono::seconds created_before{60};
constexpr std::chrono::seconds created_after{120};

std::string_view currency_of(const Instruction& instruction) {
  return instruction.currency.code();
}

std::string lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  return lower;
}

std::string encoded(std::string_view text) {
  std::string out;
  append_encoded(out, text);
  return out;
}

ProviderRequest read(std::string path, Ask step) {
  return {.method = "GET",
          .path = std::move(path),
          .headers = {std::string(version_header)},
          .step = static_cast<int>(step),
          .repeatable = true};
}

/// `key` tells apart what must not be taken for a repeat of each other.
ProviderRequest write(std::string path, Form form, std::string_view key, Ask step) {
  return {.path = std::move(path),
          .content_type = "application/x-www-form-urlencoded",
          .body = std::move(form).text(),
          .headers = {std::string(version_header), fmt::format("Idempotency-Key: {}", key)},
          .step = static_cast<int>(step),
          .repeatable = true};
}

std::string intent_path(std::string_view id) {
  return "/v1/payment_intents/" + encoded(id);
}

void add_metadata(Form& form, const Instruction& instruction) {
  form.add("metadata[payment_id]", instruction.attempt.payment_id.value);
  form.add("metadata[order_id]", instruction.order_id.value);
  form.add("metadata[attempt]", provider_key(instruction.attempt));
}

void add_card(Form& form, const Card& card) {
  form.add("payment_method_data[type]", "card");
  form.add("payment_method_data[card][number]", card.number.reveal());
  form.add("payment_method_data[card][cvc]", card.cvc.reveal());
  form.add("payment_method_data[card][exp_month]", card.expiry.month);
  form.add("payment_method_data[card][exp_year]", card.expiry.year);
}

/// A token of Stripe.js (`tok_…`) becomes a payment method on the way; anything else is one, or passes for
/// one.
void add_token(Form& form, std::string_view token) {
  if (!token.starts_with("tok_")) {
    form.add("payment_method", token);
    return;
  }
  form.add("payment_method_data[type]", "card");
  form.add("payment_method_data[card][token]", token);
}

/// For a verb that the state of the intent allows once, whatever the key. A further try must not be given the
/// answer to an earlier one, which may be a stored failure.
std::string key_of_try(const Instruction& instruction, std::string_view verb) {
  return fmt::format("{}-{}-{}", provider_key(instruction.attempt), verb, call_of(instruction).tries);
}

}  // namespace

const ProviderCall& call_of(const Instruction& instruction) {
  if (!instruction.attempt.call) bug("a provider is asked for an attempt without a call");
  return *instruction.attempt.call;
}

ProviderRequest create_intent(const Verb& verb, Ask step) {
  const auto& [instruction, amount] = verb;
  const auto& call = call_of(instruction);
  Form form;
  form.add("amount", amount);
  form.add("currency", lower(currency_of(instruction)));
  form.add("confirm", "true");
  form.add("capture_method", call.captures ? "automatic" : "manual");
  form.add("payment_method_types[]", "card");
  if (instruction.card) {
    add_card(form, *instruction.card);
  } else {
    add_token(form, call.source.token);
  }
  if (!instruction.return_url.empty()) form.add("return_url", instruction.return_url);
  if (!instruction.description.empty()) form.add("description", instruction.description);
  add_metadata(form, instruction);
  form.add("expand[]", "latest_charge");
  return write("/v1/payment_intents", std::move(form), provider_key(instruction.attempt), step);
}

ProviderRequest show_intent(std::string_view id, Ask step) {
  return read(intent_path(id) + "?expand%5B%5D=latest_charge", step);
}

ProviderRequest page_of_intents(const Instruction& instruction, std::string_view after) {
  const auto created =
      std::chrono::floor<std::chrono::seconds>(instruction.attempt.created_at).time_since_epoch();
  auto path = fmt::format("/v1/payment_intents?limit={}&created%5Bgte%5D={}&created%5Blte%5D={}", page_limit,
                          (created - created_before).count(), (created + created_after).count());
  if (!after.empty()) path += "&starting_after=" + encoded(after);
  return read(std::move(path), Ask::search_page);
}

ProviderRequest search_intent(const Instruction& instruction) {
  const auto query = fmt::format("metadata[\"{}\"]:\"{}\"", attempt_name, provider_key(instruction.attempt));
  return read("/v1/payment_intents/search?query=" + encoded(query), Ask::search);
}

ProviderRequest capture_intent(const Verb& verb, Ask step) {
  const auto& instruction = verb.instruction;
  Form form;
  form.add("amount_to_capture", verb.amount).add("expand[]", "latest_charge");
  const auto key =
      step == Ask::capture_again ? key_of_try(instruction, "capture") : provider_key(instruction.attempt);
  return write(intent_path(call_of(instruction).about) + "/capture", std::move(form), key, step);
}

/// Never under the attempt's own key: an authorization may be given up under its own attempt.
ProviderRequest cancel_intent(const Instruction& instruction, Ask step) {
  Form form;
  form.add("expand[]", "latest_charge");
  return write(intent_path(call_of(instruction).about) + "/cancel", std::move(form),
               key_of_try(instruction, "void"), step);
}

ProviderRequest create_refund(const Verb& verb, Ask step) {
  const auto& instruction = verb.instruction;
  Form form;
  form.add("payment_intent", call_of(instruction).about);
  form.add("amount", verb.amount);
  add_metadata(form, instruction);
  return write("/v1/refunds", std::move(form), provider_key(instruction.attempt), step);
}

ProviderRequest show_refund(std::string_view id) {
  return read("/v1/refunds/" + encoded(id), Ask::show_refund);
}

ProviderRequest page_of_refunds(const Instruction& instruction, std::string_view after) {
  auto path =
      fmt::format("/v1/refunds?limit={}&payment_intent={}", page_limit, encoded(call_of(instruction).about));
  if (!after.empty()) path += "&starting_after=" + encoded(after);
  return read(std::move(path), Ask::list_refunds);
}

}  // namespace pay::stripe
