#include "provider/paypal/webhook.hpp"

#include <array>
#include <atomic>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <utility>
#include <vector>

#include "provider/paypal/json.hpp"

namespace pay::paypal {
namespace {

namespace json = boost::json;

struct Part {
  std::string_view header;
  std::string_view field;
};
constexpr auto parts = std::to_array<Part>({{"PAYPAL-AUTH-ALGO", "auth_algo"},
                                            {"PAYPAL-CERT-URL", "cert_url"},
                                            {"PAYPAL-TRANSMISSION-ID", "transmission_id"},
                                            {"PAYPAL-TRANSMISSION-SIG", "transmission_sig"},
                                            {"PAYPAL-TRANSMISSION-TIME", "transmission_time"}});

/// The payment that an event is about: what we have called it, wherever PayPal repeats it.
std::optional<PaymentId> payment_in(const json::object& event) {
  const auto* const resource = object_of(event, "resource");
  if (resource == nullptr) return std::nullopt;
  auto text = text_of(*resource, "custom_id");
  const auto* const unit = first_of(*resource, "purchase_units");
  if (text.empty() && unit != nullptr) text = text_of(*unit, "custom_id");
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size() || id < 1 || id > max_id) return std::nullopt;
  return PaymentId{id};
}

bool tells_of_failed_refund(const json::object& event) {
  const auto* const resource = object_of(event, "resource");
  return resource != nullptr && text_of(event, "resource_type") == "refund" &&
         text_of(*resource, "status") == "FAILED";
}

/// What is asked of PayPal; nothing when a part is missing.
std::optional<std::string> question_about(const WebhookRequest& request, std::string_view webhook_id) {
  constexpr std::size_t longest_part = 500;
  json::object asked;
  for (const auto& [header, field] : parts) {
    const auto value = request.header(header);
    if (!value || value->empty() || value->size() > longest_part) return std::nullopt;
    asked[field] = *value;
  }
  asked["webhook_id"] = webhook_id;
  auto text = json::serialize(asked);
  text.pop_back();
  text += R"(,"webhook_event":)";
  text += request.body;
  text += '}';
  return text;
}

}  // namespace

struct PayPalWebhooks::Shared {
  const Options options;
  AccessToken token;
  http::Client& client;
  std::atomic<int> under_way{0};
};

/// One webhook that is asked about. Counts as under way for as long as it lives.
struct PayPalWebhooks::Question {
  Question(std::shared_ptr<Shared> asked_by, std::string text, const json::object& event, Done to_tell)
      : shared(std::move(asked_by)),
        body(std::move(text)),
        about(payment_in(event)),
        is_failed_refund(tells_of_failed_refund(event)),
        done(std::move(to_tell)) {}
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;
  ~Question() { --shared->under_way; }

  const std::shared_ptr<Shared> shared;
  const std::string body;
  const std::optional<PaymentId> about;
  const bool is_failed_refund;
  Done done;
  bool was_renewed = false;
};

PayPalWebhooks::PayPalWebhooks(Options options, AccessToken token, http::Client& client)
    : shared_(new Shared{.options = std::move(options), .token = std::move(token), .client = client}) {}

void PayPalWebhooks::read(const WebhookRequest& request, Done done) {
  const auto event = read_object(request.body);
  auto text = event ? question_about(request, shared_->options.webhook_id) : std::nullopt;
  if (!text) return done(fail(ErrorCode::invalid_signature));
  if (shared_->under_way.fetch_add(1) >= most_at_once) {
    --shared_->under_way;
    return done(fail(ErrorCode::unavailable));
  }
  knock(std::make_shared<Question>(shared_, *std::move(text), *event, std::move(done)));
}

void PayPalWebhooks::knock(std::shared_ptr<Question> question) {
  auto& token = question->shared->token;
  token.authorize([question = std::move(question)](std::expected<std::string, NotExecuted> header) mutable {
    if (!header) return question->done(fail(ErrorCode::unavailable));
    send(std::move(question), *std::move(header));
  });
}

void PayPalWebhooks::send(std::shared_ptr<Question> question, std::string header) {
  const auto& shared = *question->shared;
  auto& client = shared.client;
  std::vector<http::Client::Call> calls;
  calls.push_back(
      {.request = {.method = "POST",
                   .url = shared.options.base + "/v1/notifications/verify-webhook-signature",
                   .body = question->body,
                   .headers = {header},
                   .timeout = shared.options.timeout},
       .done = [question = std::move(question), header = std::move(header)](
                   const http::CallOutcome& answer) mutable { hear(std::move(question), header, answer); }});
  client.send(calls);
}

void PayPalWebhooks::hear(std::shared_ptr<Question> question, const std::string& header,
                          const http::CallOutcome& answer) {
  constexpr int ok = 200;
  constexpr int unauthorized = 401;
  const int status = answer ? answer->status : 0;
  if (status == unauthorized && !std::exchange(question->was_renewed, true) &&
      question->shared->token.renew(header))
    return knock(std::move(question));
  // PayPal does not look at parts that are malformed.
  if (status == 400 || status == 422) return question->done(fail(ErrorCode::invalid_signature));
  const auto body = status == ok ? read_object(answer->body) : std::nullopt;
  const auto verdict = body ? text_of(*body, "verification_status") : std::string_view{};
  if (verdict == "SUCCESS") {
    const auto& about = question->about;
    if (about && question->is_failed_refund) warn_of_failed_refund("paypal", *about);
    return question->done(question->about);
  }
  question->done(fail(verdict == "FAILURE" ? ErrorCode::invalid_signature : ErrorCode::unavailable));
}

}  // namespace pay::paypal
