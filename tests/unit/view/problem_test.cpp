// Problem documents: the status of every code, the members, and what is said of a refusal in both languages.
#include <gtest/gtest.h>

#include <string>

#include "unit/view/samples.hpp"
#include "view/responses.hpp"

namespace pay::view {
namespace {

constexpr auto english = Language::english;
constexpr auto french = Language::french;

std::string text(const boost::json::value& json, std::string_view member) {
  return std::string(json.at(member).as_string());
}

PaymentReply refused(ErrorCode why, const Payment& payment) {
  return {.refusal = why, .payment = payment};
}

std::string detail(const PaymentReply& reply, Language language) {
  return text(boost::json::parse(problem(reply, language).body), "detail");
}

std::vector<ErrorCode> all_codes() {
  std::vector<ErrorCode> codes;
  for (int code = 0; code <= int(ErrorCode::unavailable); ++code) codes.push_back(ErrorCode(code));
  return codes;
}

TEST(Problem, has_the_status_of_its_code) {
  struct Case {
    ErrorCode code;
    int status;
  };
  for (const auto& [code, status] : {
           Case{ErrorCode::malformed_json, 400},
           Case{ErrorCode::invalid_request, 400},
           Case{ErrorCode::incorrect_number, 400},
           Case{ErrorCode::invalid_expiry_month, 400},
           Case{ErrorCode::invalid_expiry_year, 400},
           Case{ErrorCode::invalid_cvc, 400},
           Case{ErrorCode::live_card_refused, 400},
           Case{ErrorCode::invalid_signature, 400},
           Case{ErrorCode::invalid_idempotency_key, 400},
           Case{ErrorCode::unauthorized, 401},
           Case{ErrorCode::card_declined, 402},
           Case{ErrorCode::not_found, 404},
           Case{ErrorCode::method_not_allowed, 405},
           Case{ErrorCode::invalid_state, 409},
           Case{ErrorCode::amount_exceeds_authorized, 409},
           Case{ErrorCode::amount_exceeds_captured, 409},
           Case{ErrorCode::idempotency_key_in_use, 409},
           Case{ErrorCode::payload_too_large, 413},
           Case{ErrorCode::unsupported_media_type, 415},
           Case{ErrorCode::idempotency_key_reused, 422},
           Case{ErrorCode::rate_limited, 429},
           Case{ErrorCode::unavailable, 503},
       }) {
    EXPECT_EQ(http_status(code), status) << name(code);
  }
}

TEST(Problem, has_every_member_and_a_sentence_in_both_languages) {
  for (const ErrorCode code : all_codes()) {
    const auto en = boost::json::parse(problem(Error{.code = code}, english, "/payments", "r-1").body);
    const auto fr = boost::json::parse(problem(Error{.code = code}, french, "/payments", "").body);
    EXPECT_EQ(text(en, "type"), "/docs#" + std::string(name(code)));
    EXPECT_EQ(en.at("status").as_int64(), http_status(code));
    EXPECT_EQ(text(en, "instance"), "/payments");
    EXPECT_EQ(text(en, "code"), name(code));
    EXPECT_EQ(text(en, "error"), text(en, "detail"));
    EXPECT_EQ(en.at("retryable").as_bool(), retryable(code));
    EXPECT_EQ(text(en, "request_id"), "r-1");
    EXPECT_FALSE(fr.as_object().contains("request_id"));
    EXPECT_FALSE(en.as_object().contains("errors"));
    EXPECT_NE(text(en, "title"), "");
    EXPECT_NE(text(en, "detail"), "");
    EXPECT_NE(text(en, "detail"), text(fr, "detail"));
    EXPECT_EQ(fr.at("type"), en.at("type"));
  }
}

TEST(Problem, names_the_wrong_fields) {
  const Error error{
      .code = ErrorCode::invalid_request,
      .fields = {{"limit", {"must be less", "doit être moindre"}}, {"status", {"is odd", "est étrange"}}}};
  const auto en = boost::json::parse(problem(error, english, "/payments", "").body);
  EXPECT_EQ(boost::json::serialize(en.at("errors")),
            R"([{"field":"limit","message":"must be less"},{"field":"status","message":"is odd"}])");
  EXPECT_EQ(text(en, "detail"), "limit: must be less; status: is odd");
  const auto fr = boost::json::parse(problem(error, french, "/payments", "").body);
  EXPECT_EQ(text(fr, "error"), "limit: doit être moindre ; status: est étrange");
}

TEST(Problem, never_shows_the_internal_text) {
  const Error error{.code = ErrorCode::unavailable, .internal = "SELECT secret"};
  EXPECT_EQ(problem(error, english, "/payments", "").body.find("SELECT"), std::string::npos);
}

TEST(Problem, stays_json_whatever_the_path_holds) {
  for (const std::string_view path : {"/pay\"ments", "/pay\\ments", "/\xFF\xC3", "/a b\n", "/é"}) {
    const auto json =
        boost::json::parse(problem(Error{.code = ErrorCode::not_found}, english, path, "").body);
    for (const char c : text(json, "instance")) EXPECT_TRUE(c > ' ' && c < '\x7F');
  }
}

TEST(Problem, below_the_api_has_its_own_code) {
  const Text slow{.en = "Too slow.", .fr = "Trop lent."};
  const Problem found = problem(408, "request_timeout", slow, french, "/", "r-1");
  EXPECT_EQ(found.status, 408);
  const auto json = boost::json::parse(found.body);
  EXPECT_EQ(text(json, "code"), "request_timeout");
  EXPECT_EQ(text(json, "detail"), "Trop lent.");
  EXPECT_EQ(text(json, "title"), "Délai dépassé");
  EXPECT_TRUE(json.at("retryable").as_bool());
  EXPECT_EQ(text(boost::json::parse(problem(413, "payload_too_large", slow, english, "/", "").body), "title"),
            "Body too large");
}

TEST(Refusal, of_a_card_says_why) {
  for (const std::string_view code :
       {"generic_decline", "insufficient_funds", "lost_card", "stolen_card", "expired_card", "incorrect_cvc",
        "processing_error", "card_velocity_exceeded", "fraudulent", "a_new_one"}) {
    Payment payment = pending_payment();
    payment.last_error = LastError{.code = "card_declined", .decline_code = std::string(code)};
    const Problem declined = problem(refused(ErrorCode::card_declined, payment), english);
    EXPECT_EQ(declined.status, 402);
    const auto json = boost::json::parse(declined.body);
    EXPECT_EQ(text(json, "code"), "card_declined");
    EXPECT_EQ(text(json, "decline_code"), code);
    EXPECT_EQ(text(json, "instance"), "/payments/7");
    EXPECT_FALSE(json.as_object().contains("request_id"));
    EXPECT_NE(detail(refused(ErrorCode::card_declined, payment), french), text(json, "detail"));
  }
}

TEST(Refusal, by_the_status_says_the_way_out) {
  Payment payment = pending_payment();
  EXPECT_EQ(detail(refused(ErrorCode::invalid_state, payment), english),
            "The payment is pending. Possible from here: process, cancel (POST /payments/7/…).");
  EXPECT_EQ(detail(refused(ErrorCode::invalid_state, paid_payment()), english),
            "The payment is paid. Possible from here: refund (POST /payments/7/…).");
  EXPECT_EQ(detail(refused(ErrorCode::invalid_state, paid_payment()), french),
            "Le paiement est payé (paid). Possible à partir de là : refund (POST /payments/7/…).");
  payment.status = Status::canceled;
  EXPECT_EQ(detail(refused(ErrorCode::invalid_state, payment), english),
            "The payment is canceled; nothing more is possible.");
}

TEST(Refusal, while_a_provider_has_not_answered_says_so_and_may_be_tried_again) {
  Payment payment = pending_payment();
  payment.status = Status::processing;
  const auto processing = refused(ErrorCode::invalid_state, payment);
  EXPECT_TRUE(is_retryable(processing));
  EXPECT_TRUE(boost::json::parse(problem(processing, english).body).at("retryable").as_bool());
  EXPECT_EQ(
      detail(processing, english),
      "The payment is being processed (processing): what its provider says is not known yet. Ask for it "
      "with GET /payments/7 until it is, then try again.");
  EXPECT_NE(detail(processing, french).find("GET /payments/7"), std::string::npos);

  payment = paid_payment();
  payment.custody = Custody{.provider = "stripe", .reference = "pi_1", .open = {9}};
  const auto open = refused(ErrorCode::invalid_state, payment);
  EXPECT_TRUE(is_retryable(open));
  EXPECT_NE(detail(open, english).find("GET /payments/7/attempts"), std::string::npos);
  EXPECT_NE(detail(open, french).find("GET /payments/7/attempts"), std::string::npos);
  EXPECT_FALSE(is_retryable(refused(ErrorCode::amount_exceeds_captured, payment)));
  payment.custody->open = {};
  EXPECT_FALSE(is_retryable(refused(ErrorCode::invalid_state, payment)));
  EXPECT_EQ(detail(refused(ErrorCode::invalid_state, payment), english),
            "The payment is paid. Possible from here: refund (POST /payments/7/…).");
}

TEST(Refusal, of_one_that_waits_for_its_shopper_says_what_is_possible) {
  Payment payment = pending_payment();
  payment.status = Status::requires_action;
  EXPECT_TRUE(is_retryable(refused(ErrorCode::invalid_state, payment)));
  EXPECT_NE(detail(refused(ErrorCode::invalid_state, payment), english).find("cancel"), std::string::npos);
}

TEST(Refusal, by_an_amount_says_the_amounts) {
  Payment payment = paid_payment();
  payment.refunded_minor = 2000;
  EXPECT_EQ(detail(refused(ErrorCode::amount_exceeds_captured, payment), english),
            "No more than 79.53 CAD can still be refunded: 99.53 CAD captured, 20 CAD refunded already.");
  EXPECT_EQ(detail(refused(ErrorCode::amount_exceeds_captured, payment), french),
            "On ne peut plus rembourser que 79,53 CAD : 99,53 CAD encaissés, 20 CAD déjà remboursés.");
  EXPECT_EQ(detail(refused(ErrorCode::amount_exceeds_authorized, payment), english),
            "No more than the 99.53 CAD that were authorized can be captured.");
}

TEST(Refusal, is_the_same_to_the_byte_when_it_is_told_again) {
  PaymentReply reply = refused(ErrorCode::invalid_state, paid_payment());
  const std::string first = problem(reply, english).body;
  reply.replayed = true;
  EXPECT_EQ(problem(reply, english).body, first);
}

TEST(Problem, of_a_key_says_how_to_send_one_and_where_it_comes_from) {
  for (const auto language : {Language::english, Language::french}) {
    const auto body = problem(Error{.code = ErrorCode::unauthorized}, language, "/payments", "r").body;
    for (const std::string_view hint :
         {"Authorization: Bearer ", "X-Api-Key: ", "payment-service clients add-key "}) {
      EXPECT_NE(body.find(hint), std::string::npos) << hint << " in " << body;
    }
  }
}

}  // namespace
}  // namespace pay::view
