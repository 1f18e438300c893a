// Bodies with random bytes changed, taken out and put in: each is a command or an error that can be shown,
// and nothing crashes. A failure is repeated with the seed that is printed.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include "unit/view/samples.hpp"
#include "view/requests.hpp"
#include "view/responses.hpp"

namespace pay::view {
namespace {

constexpr auto bodies = std::to_array<std::string_view>({
    R"({"user_id":1,"order_id":"2","total_amount":21999.890000000003,"currency":"cad","capture_method":"manual",)"
    R"("description":"caf\u00e9 \ud83d\ude00","metadata":{"a":"b","c":"d"}})",
    R"({"cardNumber":4242424242424242,"cardCode":"123","expirationDate":"12/28"})",
    R"({"payment_method":{"type":"card","number":"4242 4242","cvc":"123","exp_month":1,"exp_year":"30"}})",
    R"({"payment_method":{"type":"card","token":"pm_card_visa"},"return_url":"https://shop.example/o/42?a=b"})",
    R"({"payment_method":{"type":"wallet","wallet":"apple_pay","token":"tok"},"return_url":"http://[::1]:80/#x"})",
    R"({"amount":1.5e1,"reason":"because"})",
    "null",
});

unsigned choose_seed() {
  const char* given = std::getenv("SEED");
  return given != nullptr ? unsigned(std::strtoul(given, nullptr, 10)) : std::random_device{}();
}

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  std::string mutate(std::string_view text) {
    std::string body(text);
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
      const std::size_t at = below(body.size() + 1);
      switch (below(4)) {
        case 0:
          body.insert(at, 1, byte());
          break;
        case 1:
          body.erase(at, below(4));
          break;
        case 2:
          if (at < body.size()) body[at] = byte();
          break;
        default:
          body.insert(at, body.substr(below(body.size() + 1), below(12)));
      }
    }
    return body;
  }

  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
  }

 private:
  /// Mostly bytes that mean something in JSON.
  char byte() {
    constexpr std::string_view telling = "{}[]\":,\\u0123456789eE+-. ntfa/\xC3\xED\xF0";
    return below(3) > 0 ? telling[below(telling.size())] : char(below(256));
  }

  std::mt19937 random_;
};

template <class T>
void expect_command_or_shown_error(const Result<T>& result) {
  if (result) return;
  for (const Language language : {Language::english, Language::french}) {
    boost::json::error_code why;
    boost::json::parse(problem(result.error(), language, "/payments", "r").body, why);
    EXPECT_FALSE(why) << why.message();
  }
  EXPECT_EQ(http_status(result.error().code), 400);
}

TEST(MutatedRequest, is_a_command_or_an_error) {
  const unsigned seed = choose_seed();
  SCOPED_TRACE("SEED=" + std::to_string(seed));
  std::cout << "seed " << seed << '\n';
  Mutator mutator(seed);
  for (int i = 0; i < 5000; ++i) {
    const std::string body = mutator.mutate(bodies[mutator.below(bodies.size())]);
    expect_command_or_shown_error(read_create(body, currency("CAD"), ""));
    expect_command_or_shown_error(read_process(body));
    expect_command_or_shown_error(read_refund(PaymentId{1}, body));
    expect_command_or_shown_error(read_capture(PaymentId{1}, body));
    expect_command_or_shown_error(read_nothing(body));
    expect_command_or_shown_error(read_idempotency_key(body));
    const std::pair<std::string, std::string> parameters[] = {{"created_from", body}, {"cursor", body}};
    expect_command_or_shown_error(read_list(parameters));
    const std::pair<std::string, std::string> filters[] = {{"outcome", body}, {"needs_attention", body}};
    expect_command_or_shown_error(read_attempt_list(filters));
    is_json(body);
    preferred_language(body, Language::english);
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace pay::view
