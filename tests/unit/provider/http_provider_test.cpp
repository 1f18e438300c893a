// How any wire's requests are sent: within one deadline, let in by credentials, and what it means when they
// were not. The wire here is a script; no network.
#include "provider/http_provider.hpp"

#include <gtest/gtest.h>

#include <array>

#include "unit/provider/scripted_http.hpp"
#include "unit/provider/show_outcome.hpp"

namespace pay {
namespace {

using namespace std::chrono_literals;
using test::show;

/// Sends so many requests, and takes the status of the last answer for the outcome.
class CountingWire final : public Wire {
 public:
  explicit CountingWire(int requests) : requests_(requests) {}

  [[nodiscard]] Step carry_out(const Instruction& /*instruction*/) const override { return request(1); }
  [[nodiscard]] Step look_up(const Instruction& /*instruction*/) const override { return request(1); }
  [[nodiscard]] Step next(const Instruction& /*instruction*/, const ProviderRequest& asked,
                          const http::CallOutcome& answer) const override {
    if (!answer) return outcome_of(answer.error());
    if (answer->status >= 400) return NotExecuted{std::to_string(answer->status)};
    if (asked.step < requests_) return request(asked.step + 1);
    return Succeeded{.reference = answer->body};
  }

 private:
  [[nodiscard]] static ProviderRequest request(int step) {
    return {.path = "/step/" + std::to_string(step),
            .body = "what",
            .headers = {"X: y"},
            .step = step,
            .repeatable = step % 2 == 0};
  }

  const int requests_;
};

class Passes final : public Credentials {
 public:
  void authorize(Done done) override {
    if (passes == 0) return done(std::unexpected(NotExecuted{"no pass"}));
    done("Authorization: pass " + std::to_string(passes));
  }
  bool renew(std::string_view header) override {
    refused.emplace_back(header);
    return --passes > 0;
  }

  int passes = 2;
  std::vector<std::string> refused;
};

class HttpProviderTest : public testing::Test {
 protected:
  HttpProvider& provider(int requests = 1) {
    auto passes = std::make_unique<Passes>();
    passes_ = passes.get();
    provider_.emplace(
        HttpProvider::Options{.name = "some",
                              .base = "http://peer",
                              .deadline = 10s,
                              .takes = [](const Charge& charge) { return charge.amount_minor < 100; },
                              .now = [this] { return now_ += took_; }},
        std::make_unique<CountingWire>(requests), std::move(passes), http_);
    return *provider_;
  }
  std::string carry_out() {
    std::string said = "nothing";
    provider_->carry_out(instruction_, [&](const Outcome& outcome) { said = show(outcome); });
    return said;
  }
  Contact contact(bool is_look_up) {
    auto said = Contact::none;
    auto note = [&](const Outcome& outcome) {
      if (const auto* one = std::get_if<NotExecuted>(&outcome)) said = one->contact;
      if (const auto* one = std::get_if<Unknown>(&outcome)) said = one->contact;
    };
    is_look_up ? provider_->look_up(instruction_, note) : provider_->carry_out(instruction_, note);
    return said;
  }
  std::string look_up() {
    std::string said = "nothing";
    provider_->look_up(instruction_, [&](const Outcome& outcome) { said = show(outcome); });
    return said;
  }

  test::ScriptedHttp http_;
  Passes* passes_ = nullptr;
  Moment now_{};
  Moment::duration took_ = 0s;  ///< between two looks at the clock
  const Instruction instruction_{.attempt = {.call = ProviderCall{}}, .currency = *Currency::find("CAD")};
  std::optional<HttpProvider> provider_;
};

TEST_F(HttpProviderTest, a_request_goes_to_the_base_with_the_credentials_and_a_name_is_kept) {
  EXPECT_EQ(provider().name(), "some");
  http_.answer(200, "done");
  EXPECT_EQ(carry_out(), "succeeded done");
  ASSERT_EQ(http_.sent.size(), 1U);
  const auto& sent = http_.sent[0];
  EXPECT_EQ(sent.method, "POST");
  EXPECT_EQ(sent.url, "http://peer/step/1");
  EXPECT_EQ(sent.body, "what");
  EXPECT_EQ(sent.headers, (std::vector<std::string>{"X: y", "Authorization: pass 2"}));
  EXPECT_EQ(sent.timeout, 10s);
}

TEST_F(HttpProviderTest, what_it_takes_is_the_adapters_to_say) {
  const Charge charge{.currency = *Currency::find("CAD"), .amount_minor = 99};
  EXPECT_TRUE(provider().takes(charge));
  EXPECT_FALSE(provider().takes({.currency = charge.currency, .amount_minor = 100}));
}

TEST_F(HttpProviderTest, only_what_may_be_sent_twice_goes_on_a_kept_connection) {
  provider(2);
  http_.answer(200);
  http_.answer(200);
  carry_out();
  ASSERT_EQ(http_.sent.size(), 2U);
  EXPECT_TRUE(http_.sent[0].fresh_connection);
  EXPECT_FALSE(http_.sent[1].fresh_connection);
}

TEST_F(HttpProviderTest, all_requests_share_one_deadline) {
  provider(3);
  took_ = 4s;
  for (int i = 0; i < 3; ++i) http_.answer(200);
  EXPECT_EQ(carry_out(), "unknown no time was left");
  ASSERT_EQ(http_.sent.size(), 2U);
  EXPECT_EQ(http_.sent[0].timeout, 6s);
  EXPECT_EQ(http_.sent[1].timeout, 2s);
}

TEST_F(HttpProviderTest, when_no_time_is_left_for_the_first_request_nothing_was_executed) {
  provider();
  took_ = 11s;
  EXPECT_EQ(carry_out(), "not_executed no time was left");
  EXPECT_TRUE(http_.sent.empty());
}

TEST_F(HttpProviderTest, a_wire_without_an_end_is_cut_off) {
  provider(100);
  for (int i = 0; i < 100; ++i) http_.answer(200);
  EXPECT_EQ(carry_out(), "unknown too many requests without an end");
  EXPECT_EQ(http_.sent.size(), std::size_t{HttpProvider::most_steps});
}

TEST_F(HttpProviderTest, credentials_that_were_refused_are_renewed_once_and_the_request_is_sent_again) {
  provider();
  http_.answer(401);
  http_.answer(200, "done");
  EXPECT_EQ(carry_out(), "succeeded done");
  EXPECT_EQ(passes_->refused, std::vector<std::string>{"Authorization: pass 2"});
  ASSERT_EQ(http_.sent.size(), 2U);
  EXPECT_EQ(http_.sent[1].body, "what");
  EXPECT_EQ(http_.sent[1].headers.back(), "Authorization: pass 1");
}

TEST_F(HttpProviderTest, credentials_that_stay_refused_mean_that_nothing_was_executed) {
  provider();
  http_.answer(401);
  http_.answer(401);
  EXPECT_EQ(carry_out(), "not_executed the provider does not accept the credentials");
  EXPECT_EQ(http_.sent.size(), 2U);
}

TEST_F(HttpProviderTest, without_credentials_nothing_is_sent) {
  provider();
  passes_->passes = 0;
  EXPECT_EQ(carry_out(), "not_executed no pass");
  EXPECT_TRUE(http_.sent.empty());
}

TEST_F(HttpProviderTest, what_is_kept_back_after_a_first_request_is_unknown) {
  provider(2);
  http_.answer(200);
  http_.answer(401);
  http_.answer(401);
  EXPECT_EQ(carry_out(), "unknown the provider does not accept the credentials");
}

// The rule against double charges: a look-up asks about something that may have been done before.
TEST_F(HttpProviderTest, what_was_not_looked_up_is_unknown_whatever_the_wire_says) {
  for (const int status : {401, 403, 404, 409, 429, 500, 503}) {
    provider();
    http_.answers.clear();
    for (int i = 0; i < 2; ++i) http_.answer(status);
    EXPECT_TRUE(look_up().starts_with("unknown not looked up: ")) << status;
  }
  provider();
  http_.answers.clear();
  http_.fail(http::CallFailure::refused);
  EXPECT_EQ(look_up(), "unknown not looked up: refused");
  passes_->passes = 0;
  EXPECT_EQ(look_up(), "unknown not looked up: no pass");
  took_ = 11s;
  EXPECT_EQ(look_up(), "unknown not looked up: no pass");
}

// The first of the two may have been carried out: another provider must not be asked.
TEST_F(HttpProviderTest, a_refusal_of_what_was_sent_twice_is_unknown) {
  for (const int status : {400, 403, 404, 422, 429}) {
    provider();
    http_.answer_the_second(status);
    EXPECT_EQ(carry_out(), "unknown sent twice, and the second time: " + std::to_string(status));
  }
  http_.answer_the_second(401);
  http_.answer(401);
  EXPECT_EQ(carry_out(),
            "unknown sent twice, and the second time: the provider does not accept the credentials");
  http_.answer_the_second(422);
  EXPECT_EQ(look_up(), "unknown sent twice, and the second time: 422");
  http_.answer_the_second(200);
  EXPECT_TRUE(carry_out().starts_with("succeeded"));
}

TEST_F(HttpProviderTest, tells_whether_the_provider_is_well_by_what_the_last_request_came_to) {
  using enum Contact;
  const auto contact_after = [&](int status) {
    provider();
    http_.answers.clear();
    for (int i = 0; i < 2; ++i) http_.answer(status);
    return contact(true);
  };
  for (const int status : {400, 404, 409, 422}) EXPECT_EQ(contact_after(status), answered) << status;
  for (const int status : {401, 403, 429, 500, 503}) EXPECT_EQ(contact_after(status), silent) << status;
  http_.answers.clear();
  http_.fail(http::CallFailure::refused);
  EXPECT_EQ(contact(false), silent);
  http_.fail(http::CallFailure::unreachable);
  EXPECT_EQ(contact(false), silent);
  http_.fail(http::CallFailure::not_sent);
  EXPECT_EQ(contact(false), none) << "no connection of ours was free";
  passes_->passes = 0;
  EXPECT_EQ(contact(false), none) << "the credentials say so";
}

TEST_F(HttpProviderTest, a_repeat_that_is_refused_for_what_it_asks_was_never_executed) {
  for (const int status : {400, 422}) {
    provider();
    http_.answer(status);
    EXPECT_EQ(look_up(), "not_executed " + std::to_string(status));
  }
}

struct FailureCase {
  http::CallFailure failure;
  const char* outcome;
};

TEST(OutcomeOf, a_request_that_was_never_sent_is_not_executed_and_any_other_is_unknown) {
  using enum http::CallFailure;
  static constexpr auto cases = std::to_array<FailureCase>({
      {bad_url, "not_executed bad_url"},
      {unresolved, "not_executed unresolved"},
      {refused, "not_executed refused"},
      {untrusted, "not_executed untrusted"},
      {not_sent, "not_executed not_sent"},
      {unreachable, "not_executed unreachable"},
      {timed_out, "unknown timed_out"},
      {broken, "unknown broken"},
      {too_large, "unknown too_large"},
      {aborted, "unknown aborted"},
  });
  for (const auto& one : cases) EXPECT_EQ(show(outcome_of(one.failure)), one.outcome);
}

}  // namespace
}  // namespace pay
