// What each command does to a payment of each status: the domain's table, one line per status.
#include <gmock/gmock.h>

#include <array>

#include "unit/command/samples.hpp"

namespace pay::test {
namespace {

/// `=`: done already, nothing changes. A status: where it leads. `409`: refused, nothing changes.
/// `402 pending`: declined, and the attempt is kept.
std::string outcome(const Result<Decision>& decision, const Payment& before) {
  if (!decision) return std::string(name(decision.error().code));
  const auto& after = decision->payment;
  if (!decision->event) {
    EXPECT_EQ(after, before);
    EXPECT_FALSE(decision->attempt || decision->refund);
    if (!decision->refusal) return "=";
    return *decision->refusal == ErrorCode::invalid_state ? "409" : std::string(name(*decision->refusal));
  }
  EXPECT_EQ(after.version, before.version + 1);
  EXPECT_GT(after.updated_at, before.updated_at);
  const bool is_declined = decision->refusal == ErrorCode::card_declined;
  return fmt::format("{}{}", is_declined ? "402 " : "", name(after.status));
}

template <class OnOnePayment>
std::string outcome_of(Status from, const OnOnePayment& command,
                       CaptureMethod method = CaptureMethod::automatic) {
  World world;
  const auto before = payment_in(from, method);
  return outcome(decide(before, command, world.situation()), before);
}

struct Row {
  Status from;
  std::array<std::string_view, 9> to;
};

constexpr auto table = std::to_array<Row>({
    // clang-format off
    //                            approved    approved      declined       capture  cancel      expire      refund      refund of             undo
    //                            automatic   manual                                                        all         30.00
    {Status::pending,            {"paid",     "authorized", "402 pending", "409",   "canceled", "canceled", "409",      "409",                "canceled"}},
    {Status::requires_action,    {"=",        "=",          "=",           "409",   "409",      "409",      "409",      "409",                "409"}},
    {Status::processing,         {"=",        "=",          "=",           "409",   "409",      "409",      "409",      "409",                "409"}},
    {Status::authorized,         {"=",        "=",          "=",           "paid",  "canceled", "canceled", "409",      "409",                "canceled"}},
    {Status::paid,               {"=",        "=",          "=",           "=",     "409",      "=",        "refunded", "partially_refunded", "refunded"}},
    {Status::partially_refunded, {"=",        "=",          "=",           "=",     "409",      "=",        "refunded", "partially_refunded", "refunded"}},
    {Status::refunded,           {"409",      "409",        "409",         "409",   "409",      "=",        "=",        "409",                "="}},
    {Status::canceled,           {"409",      "409",        "409",         "409",   "=",        "=",        "409",      "409",                "="}},
    // clang-format on
});

TEST(Command, does_from_every_status_what_the_domain_says) {
  for (const auto& [from, to] : table) {
    const std::array found{
        outcome_of(from, process()),
        outcome_of(from, process(), CaptureMethod::manual),
        outcome_of(from, declined_process()),
        outcome_of(from, CapturePayment{.id = {7}}),
        outcome_of(from, CancelPayment{.id = {7}}),
        outcome_of(from, ExpirePayment{.id = {7}}),
        outcome_of(from, RefundPayment{.id = {7}}),
        outcome_of(from, refund_of("30.00")),
        outcome_of(from, UndoPayment{.id = {7}}),
    };
    for (std::size_t i = 0; i < to.size(); ++i) {
      EXPECT_EQ(found.at(i), to.at(i)) << name(from) << ", column " << i;
    }
  }
}

struct AmountCase {
  Status from;
  std::string_view amount;
  std::string_view outcome;
};

TEST(Capture, takes_at_most_what_was_authorized) {
  constexpr auto cases = std::to_array<AmountCase>({
      {Status::authorized, "100.00", "paid"},
      {Status::authorized, "0.01", "paid"},
      {Status::authorized, "100.01", "amount_exceeds_authorized"},
      {Status::authorized, "0", "invalid_request"},
      {Status::authorized, "-1", "invalid_request"},
      {Status::authorized, "1.005", "invalid_request"},
      {Status::paid, "100.00", "="},
      {Status::paid, "99.99", "409"},
      {Status::paid, "100.01", "409"},
      {Status::partially_refunded, "100.00", "="},
      {Status::partially_refunded, "60.00", "409"},
      {Status::refunded, "100.00", "409"},
      {Status::pending, "100.00", "409"},
      {Status::canceled, "100.00", "409"},
  });
  for (const auto& [from, how_much, expected] : cases) {
    EXPECT_EQ(outcome_of(from, CapturePayment{.id = {7}, .amount = amount(how_much)}), expected)
        << name(from) << " " << how_much;
  }
}

TEST(Refund, takes_at_most_what_is_left) {
  constexpr auto cases = std::to_array<AmountCase>({
      {Status::paid, "100.00", "refunded"},
      {Status::paid, "99.99", "partially_refunded"},
      {Status::paid, "0.01", "partially_refunded"},
      {Status::paid, "100.01", "amount_exceeds_captured"},
      {Status::paid, "0", "invalid_request"},
      {Status::paid, "0.001", "invalid_request"},
      {Status::partially_refunded, "60.00", "refunded"},
      {Status::partially_refunded, "59.99", "partially_refunded"},
      {Status::partially_refunded, "60.01", "amount_exceeds_captured"},
      {Status::refunded, "0.01", "409"},
      {Status::refunded, "100.00", "409"},
      {Status::pending, "100.00", "409"},
      {Status::authorized, "1.00", "409"},
      {Status::canceled, "1.00", "409"},
  });
  for (const auto& [from, how_much, expected] : cases) {
    EXPECT_EQ(outcome_of(from, refund_of(how_much)), expected) << name(from) << " " << how_much;
  }
}

TEST(Create, makes_a_pending_payment_and_its_first_event) {
  World world;
  auto command = create();
  command.capture_method = CaptureMethod::manual;
  command.description = "two chairs";
  command.metadata = {{"color", "red"}};
  command.client = "shop";
  const auto decision = decide(command, world.situation());
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->event, EventType::created);
  EXPECT_EQ(decision->payment, (Payment{.id = {1},
                                        .order_id = {11},
                                        .user_id = {13},
                                        .amount_minor = total,
                                        .currency = cad,
                                        .capture_method = CaptureMethod::manual,
                                        .description = "two chairs",
                                        .client = "shop",
                                        .metadata = {{"color", "red"}},
                                        .created_at = world.clock.now(),
                                        .version = 1,
                                        .updated_at = world.clock.now()}));
}

TEST(Create, counts_in_the_minor_units_of_its_currency) {
  World world;
  const auto minor = [&](std::string_view how_much, std::string_view currency) {
    auto command = create(11, how_much);
    command.currency = *Currency::find(currency);
    const auto decision = decide(command, world.situation());
    return decision ? decision->payment.amount_minor : -1;
  };
  EXPECT_EQ(minor("500", "JPY"), 500);
  EXPECT_EQ(minor("1.234", "BHD"), 1234);
  EXPECT_EQ(minor("21999.890000000003", "CAD"), 2'199'989);
  EXPECT_EQ(minor("500.5", "JPY"), -1);
  EXPECT_EQ(minor("0", "CAD"), -1);
}

TEST(Create, of_a_wrong_amount_names_the_field_and_draws_no_id) {
  World world;
  const auto decision = decide(create(11, "0.001"), world.situation());
  ASSERT_FALSE(decision);
  EXPECT_EQ(decision.error().code, ErrorCode::invalid_request);
  EXPECT_EQ(decision.error().fields.at(0).field, "total_amount");
  EXPECT_EQ(world.ids.payments, 0);
}

}  // namespace
}  // namespace pay::test
