// The simulator, against the table of test cards that the documentation promises.
#include "provider/simulator/simulator.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "provider/simulator/test_cards.hpp"

namespace pay {
namespace {

using namespace std::chrono;

constexpr Timestamp now = sys_days{year{2026} / 6 / 15};
constexpr Expiry later{2030, 1};

Result<Answer> pay_with(std::string_view number, std::string_view cvc = "123", Expiry expiry = later) {
  return Simulator{}.authorize(RawCard{std::make_shared<const Card>(Secret{number}, Secret{cvc}, expiry)},
                               now);
}

struct ApprovedCase {
  std::string_view number;
  std::string_view cvc;
  MethodType type;
  Brand brand;
  std::string_view last4;
};

constexpr auto approved = std::to_array<ApprovedCase>({
    {"4242424242424242", "123", MethodType::credit_card, Brand::visa, "4242"},
    {"4111111111111111", "123", MethodType::credit_card, Brand::visa, "1111"},
    {"4000056655665556", "123", MethodType::debit_card, Brand::visa, "5556"},
    {"5555555555554444", "123", MethodType::credit_card, Brand::mastercard, "4444"},
    {"2223003122003222", "123", MethodType::credit_card, Brand::mastercard, "3222"},
    {"5200828282828210", "123", MethodType::debit_card, Brand::mastercard, "8210"},
    {"5105105105105100", "123", MethodType::prepaid_card, Brand::mastercard, "5100"},
    {"378282246310005", "1234", MethodType::credit_card, Brand::amex, "0005"},
    {"6011111111111117", "123", MethodType::credit_card, Brand::discover, "1117"},
    {"30569309025904", "123", MethodType::credit_card, Brand::diners, "5904"},
    {"3566002020360505", "123", MethodType::credit_card, Brand::jcb, "0505"},
    {"6200000000000005", "123", MethodType::credit_card, Brand::unionpay, "0005"},
    {"9999999999999", "123", MethodType::credit_card, Brand::unknown, "9999"},
});

TEST(Simulator, approves_by_brand_and_funding) {
  for (const auto& [number, cvc, type, brand, last4] : approved) {
    const auto answer = pay_with(number, cvc);
    ASSERT_TRUE(answer) << number << ": " << name(answer.error().code);
    ASSERT_TRUE(std::holds_alternative<Approved>(*answer)) << number;
    const auto& method = std::get<Approved>(*answer).method;
    EXPECT_EQ(method.type, type) << number;
    EXPECT_EQ(method.brand, brand) << number;
    EXPECT_EQ(method.last4, last4) << number;
    EXPECT_EQ(method.expiry, later) << number;
  }
}

struct DeclinedCase {
  std::string_view number;
  std::string_view decline_code;
};

constexpr auto declined = std::to_array<DeclinedCase>({
    {"4000000000000002", "generic_decline"},
    {"4000000000009995", "insufficient_funds"},
    {"4000000000009987", "lost_card"},
    {"4000000000009979", "stolen_card"},
    {"4000000000000069", "expired_card"},
    {"4000000000000127", "incorrect_cvc"},
    {"4000000000000119", "processing_error"},
    {"4000000000006975", "card_velocity_exceeded"},
    {"4100000000000019", "fraudulent"},
});

TEST(Simulator, declines_as_the_issuer_would) {
  for (const auto& [number, decline_code] : declined) {
    const auto answer = pay_with(number);
    ASSERT_TRUE(answer) << number;
    ASSERT_TRUE(std::holds_alternative<Declined>(*answer)) << number;
    EXPECT_EQ(std::get<Declined>(*answer).decline_code, decline_code) << number;
  }
}

TEST(Simulator, knows_these_cards_and_no_others) {
  std::set<std::string_view> numbers;
  for (const auto& card : approved) numbers.insert(card.number);
  for (const auto& card : declined) numbers.insert(card.number);
  EXPECT_EQ(numbers.size(), test_cards().size());
  for (const auto& card : test_cards()) EXPECT_TRUE(numbers.contains(card.number)) << card.number;
}

struct RefusedCase {
  std::string_view number;
  std::string_view cvc;
  Expiry expiry;
  ErrorCode code;
};

constexpr auto refused = std::to_array<RefusedCase>({
    {"4242424242424241", "123", later, ErrorCode::incorrect_number},
    {"424242424242", "123", later, ErrorCode::incorrect_number},
    {"99999999999999", "123", later, ErrorCode::incorrect_number},
    {"", "123", later, ErrorCode::incorrect_number},
    {"42424242424242424242", "123", later, ErrorCode::incorrect_number},
    // Passes Luhn and is no test card: someone's own.
    {"4012888888881881", "123", later, ErrorCode::live_card_refused},
    {"5425233430109903", "123", later, ErrorCode::live_card_refused},
    {"371449635398431", "1234", later, ErrorCode::live_card_refused},
    // The number comes first, then the expiry, then the security code; a decline comes last.
    {"4012888888881881", "1", {2020, 13}, ErrorCode::live_card_refused},
    {"4242424242424241", "1", {2020, 13}, ErrorCode::incorrect_number},
    {"4242424242424242", "1", {2020, 13}, ErrorCode::invalid_expiry_month},
    {"4242424242424242", "1", {2020, 12}, ErrorCode::invalid_expiry_year},
    {"4242424242424242", "1", later, ErrorCode::invalid_cvc},
    {"378282246310005", "123", later, ErrorCode::invalid_cvc},
    {"9999999999999", "12", later, ErrorCode::invalid_cvc},
    {"4000000000000069", "123", {2026, 5}, ErrorCode::invalid_expiry_month},
    {"4000000000000127", "12", later, ErrorCode::invalid_cvc},
});

TEST(Simulator, refuses_what_is_no_test_card_or_not_well_formed) {
  for (const auto& [number, cvc, expiry, code] : refused) {
    const auto answer = pay_with(number, cvc, expiry);
    ASSERT_FALSE(answer) << number;
    EXPECT_EQ(name(answer.error().code), name(code)) << number;
  }
}

TEST(Simulator, says_nothing_of_a_number_that_it_refuses) {
  for (const auto& [number, cvc, expiry, code] : refused) {
    const auto error = pay_with(number, cvc, expiry).error();
    for (const auto& text : {error.detail.en, error.detail.fr, error.internal}) {
      EXPECT_EQ(text.find_first_of("0123456789"), std::string::npos) << text;
    }
    EXPECT_TRUE(error.fields.empty());
  }
}

TEST(Simulator, has_a_name_for_the_attempts) {
  EXPECT_EQ(Simulator{}.name(), "simulator");
}

}  // namespace
}  // namespace pay
