#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <span>
#include <utility>

#include "base/bug.hpp"
#include "model/transitions.hpp"
#include "view/json_writer.hpp"
#include "view/responses.hpp"
#include "view/wording.hpp"

namespace pay::view {

namespace {

/// The members of a problem document (RFC 9457) and ours, in the order they are written.
struct Document {
  std::string_view title;
  int status = 0;
  std::string_view detail;
  std::string_view instance;
  std::string_view code;
  std::string_view decline_code{};
  std::span<const FieldError> fields{};
  bool retryable = false;
  std::string_view request_id{};
};

void append_member(std::string& out, std::string_view member, std::string_view text) {
  out += ",\"";
  out += member;
  out += "\":";
  append_string(out, text);
}

/// A path may hold any byte; a URI reference holds visible ASCII (RFC 3986).
std::string to_uri(std::string_view path) {
  std::string uri;
  for (const char c : path) {
    if (c > ' ' && c < '\x7F' && c != '"' && c != '\\') {
      uri += c;
    } else {
      fmt::format_to(std::back_inserter(uri), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return uri;
}

void append_fields(std::string& out, std::span<const FieldError> fields, Language language) {
  out += R"(,"errors":[)";
  for (const FieldError& wrong : fields) {
    if (out.back() != '[') out += ',';
    out += R"({"field":)";
    append_string(out, wrong.field);
    append_member(out, "message", in(language, wrong.message));
    out += '}';
  }
  out += ']';
}

Problem write(const Document& document, Language language) {
  std::string out;
  out.reserve(512 + 2 * document.detail.size() + 128 * document.fields.size());
  out += R"({"type":"/docs#)";
  out += document.code;
  out += '"';
  append_member(out, "title", document.title);
  out += R"(,"status":)";
  append_number(out, document.status);
  append_member(out, "detail", document.detail);
  append_member(out, "instance", to_uri(document.instance));
  append_member(out, "code", document.code);
  append_member(out, "error", document.detail);
  if (!document.decline_code.empty()) append_member(out, "decline_code", document.decline_code);
  if (!document.fields.empty()) append_fields(out, document.fields, language);
  out += document.retryable ? R"(,"retryable":true)" : R"(,"retryable":false)";
  if (!document.request_id.empty()) append_member(out, "request_id", document.request_id);
  out += '}';
  return {.status = document.status, .body = std::move(out)};
}

/// What to tell when nothing but the fields is known: the first few of them, by name.
std::string describe(std::span<const FieldError> fields, Language language) {
  constexpr std::size_t most = 5;
  std::string text;
  for (const FieldError& wrong : fields.first(std::min(fields.size(), most))) {
    if (!text.empty()) text += language == Language::french ? " ; " : "; ";
    text += wrong.field + ": " + in(language, wrong.message);
  }
  if (fields.size() > most) text += " …";
  return text;
}

std::string detail_of(const Error& error, Language language) {
  const std::string& detail = in(language, error.detail);
  if (!detail.empty()) return detail;
  if (!error.fields.empty()) return describe(error.fields, language);
  return std::string(in(language, explanation(error.code)));
}

/// An amount as people write it: with a comma in French.
Text with_currency(std::int64_t minor, Currency currency) {
  Text text;
  text.en = fmt::format("{} {}", to_decimal_text(minor, currency), currency.code());
  text.fr = text.en;
  std::ranges::replace(text.fr, '.', ',');
  return text;
}

/// Nobody knows yet what becomes of what its provider was asked.
bool has_open_attempt(const Payment& payment) {
  return payment.status == Status::processing || payment.status == Status::requires_action ||
         (payment.custody && payment.custody->open.value != 0);
}

/// The status stays while a capture, a cancellation or a refund is under way.
Text describe_open_attempt(const Payment& payment) {
  const Sentence status = wording(payment.status);
  const std::int64_t id = payment.id.value;
  if (payment.status == Status::processing) {
    return {.en = fmt::format("The payment is {}: what its provider says is not known yet. Ask for it with "
                              "GET /payments/{} until it is, then try again.",
                              status.en, id),
            .fr = fmt::format("Le paiement est {} : la réponse du prestataire n'est pas encore connue. "
                              "Interrogez GET /payments/{} jusqu'à ce qu'elle le soit, puis réessayez.",
                              status.fr, id)};
  }
  return {.en = fmt::format("The payment is {}, and its provider is still being asked for something else. "
                            "GET /payments/{}/attempts tells what became of it; try again then.",
                            status.en, id),
          .fr = fmt::format("Le paiement est {}, et une autre demande à son prestataire est encore en cours. "
                            "GET /payments/{}/attempts dit ce qu'elle devient ; réessayez ensuite.",
                            status.fr, id)};
}

/// What the payment is, and what can be asked of it now.
Text describe_state(const Payment& payment) {
  if (has_open_attempt(payment) && payment.status != Status::requires_action)
    return describe_open_attempt(payment);
  const Sentence status = wording(payment.status);
  const std::string verbs = possible_from(payment.status);
  if (verbs.empty()) {
    return {.en = fmt::format("The payment is {}; nothing more is possible.", status.en),
            .fr = fmt::format("Le paiement est {} ; plus rien n'est possible.", status.fr)};
  }
  const std::int64_t id = payment.id.value;
  return {.en = fmt::format("The payment is {}. Possible from here: {} (POST /payments/{}/…).", status.en,
                            verbs, id),
          .fr = fmt::format("Le paiement est {}. Possible à partir de là : {} (POST /payments/{}/…).",
                            status.fr, verbs, id)};
}

Text describe_refusal(ErrorCode refusal, const Payment& payment) {
  const auto amount = [&](std::int64_t minor) { return with_currency(minor, payment.currency); };
  if (refusal == ErrorCode::card_declined) {
    return to_text(decline_reason(payment.last_error ? payment.last_error->decline_code : ""));
  }
  if (refusal == ErrorCode::invalid_state) return describe_state(payment);
  if (refusal == ErrorCode::amount_exceeds_authorized) {
    const Text authorized = amount(payment.authorized_minor);
    return {.en = fmt::format("No more than the {} that were authorized can be captured.", authorized.en),
            .fr = fmt::format("On ne peut pas encaisser plus que les {} autorisés.", authorized.fr)};
  }
  if (refusal == ErrorCode::amount_exceeds_captured) {
    const Text left = amount(refundable_minor(payment));
    const Text captured = amount(payment.captured_minor);
    const Text refunded = amount(payment.refunded_minor);
    return {.en = fmt::format("No more than {} can still be refunded: {} captured, {} refunded already.",
                              left.en, captured.en, refunded.en),
            .fr = fmt::format("On ne peut plus rembourser que {} : {} encaissés, {} déjà remboursés.",
                              left.fr, captured.fr, refunded.fr)};
  }
  return to_text(explanation(refusal));
}

}  // namespace

int http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::malformed_json:
    case ErrorCode::invalid_request:
    case ErrorCode::incorrect_number:
    case ErrorCode::invalid_expiry_month:
    case ErrorCode::invalid_expiry_year:
    case ErrorCode::invalid_cvc:
    case ErrorCode::live_card_refused:
    case ErrorCode::invalid_signature:
    case ErrorCode::invalid_idempotency_key:
      return 400;
    case ErrorCode::unauthorized:
      return 401;
    case ErrorCode::card_declined:
      return 402;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::method_not_allowed:
      return 405;
    case ErrorCode::invalid_state:
    case ErrorCode::amount_exceeds_authorized:
    case ErrorCode::amount_exceeds_captured:
    case ErrorCode::idempotency_key_in_use:
      return 409;
    case ErrorCode::payload_too_large:
      return 413;
    case ErrorCode::unsupported_media_type:
      return 415;
    case ErrorCode::idempotency_key_reused:
      return 422;
    case ErrorCode::rate_limited:
      return 429;
    case ErrorCode::unavailable:
      return 503;
  }
  bug("an enumeration has another value");
}

Problem problem(const Error& error, Language language, std::string_view instance,
                std::string_view request_id) {
  const std::string detail = detail_of(error, language);
  return write({.title = in(language, title(error.code)),
                .status = http_status(error.code),
                .detail = detail,
                .instance = instance,
                .code = name(error.code),
                .fields = error.fields,
                .retryable = retryable(error.code),
                .request_id = request_id},
               language);
}

bool is_retryable(const PaymentReply& reply) {
  if (reply.refusal == ErrorCode::invalid_state) return has_open_attempt(reply.payment);
  return reply.refusal && retryable(*reply.refusal);
}

Problem problem(const PaymentReply& reply, Language language) {
  if (!reply.refusal) std::abort();  // A reply of success has no problem to show: a bug in the caller.
  const ErrorCode refusal = *reply.refusal;
  const Payment& payment = reply.payment;
  const Text detail = describe_refusal(refusal, payment);
  const std::string instance = fmt::format("/payments/{}", payment.id.value);
  Document document{.title = in(language, title(refusal)),
                    .status = http_status(refusal),
                    .detail = in(language, detail),
                    .instance = instance,
                    .code = name(refusal),
                    .retryable = is_retryable(reply)};
  if (refusal == ErrorCode::card_declined && payment.last_error) {
    document.decline_code = payment.last_error->decline_code;
  }
  return write(document, language);
}

Problem problem(int status, std::string_view code, const Text& detail, Language language,
                std::string_view instance, std::string_view request_id) {
  const auto known = find_error_code(code);
  return write({.title = in(language, known ? title(*known) : title(status)),
                .status = status,
                .detail = in(language, detail),
                .instance = instance,
                .code = code,
                .retryable = known ? retryable(*known) : status == 408 || status == 503,
                .request_id = request_id},
               language);
}

}  // namespace pay::view
