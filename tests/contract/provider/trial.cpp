#include "contract/provider/trial.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "base/bug.hpp"
#include "unit/provider/show_outcome.hpp"

namespace pay::test {
namespace {

constexpr std::chrono::seconds patience{30};
constexpr int most_looks = 6;

bool is_known(const Outcome& outcome) {
  return std::holds_alternative<Succeeded>(outcome) || std::holds_alternative<Declined>(outcome) ||
         std::holds_alternative<NotExecuted>(outcome);
}

struct WordOf {
  AttemptOutcome operator()(const Succeeded&) const { return AttemptOutcome::succeeded; }
  AttemptOutcome operator()(const Declined&) const { return AttemptOutcome::declined; }
  AttemptOutcome operator()(const NotExecuted&) const { return AttemptOutcome::not_executed; }
  AttemptOutcome operator()(const Unknown&) const { return AttemptOutcome::unknown; }
  AttemptOutcome operator()(const auto&) const { return AttemptOutcome::pending; }
};

struct ReferenceIn {
  std::string operator()(const Declined&) const { return {}; }
  std::string operator()(const NotExecuted&) const { return {}; }
  std::string operator()(const auto& one) const { return one.reference; }
};

constexpr PaymentId the_payment{1001};

Instruction instruction_for(AttemptKind kind, ProviderCall call) {
  static std::atomic<std::int64_t> last_id{0};
  Instruction instruction{.attempt = {.id = AttemptId{++last_id},
                                      .payment_id = the_payment,
                                      .kind = kind,
                                      .created_at = SystemClock{}.now(),
                                      .call = std::move(call)},
                          .currency = *Currency::find("CAD"),
                          .order_id = OrderId{7},
                          .description = "Two books & a pen"};
  if (kind == AttemptKind::authorize)
    instruction.return_url = "https://shop.example/return?attempt=" + provider_key(instruction.attempt);
  return instruction;
}

}  // namespace

Trial::Trial(Subject& subject, Instruction instruction)
    : subject_(subject), instruction_(std::move(instruction)) {}

Trial Trial::authorization(Subject& subject, const KeptSource& source, bool captures) {
  return {subject, instruction_for(AttemptKind::authorize,
                                   {.amount_minor = whole_amount, .captures = captures, .source = source})};
}

Trial Trial::of(Subject& subject, AttemptKind kind, std::string about, std::int64_t amount_minor) {
  return {subject, instruction_for(kind, {.amount_minor = amount_minor, .about = std::move(about)})};
}

Trial Trial::ready(Subject& subject, const Profile& profile, AttemptKind kind) {
  const auto source = profile.source(Payer::agrees).value();
  const bool captures = kind == AttemptKind::authorize || kind == AttemptKind::refund;
  auto authorization = Trial::authorization(subject, source, captures);
  if (kind == AttemptKind::authorize) return authorization;
  return of(subject, kind, reference_of(authorization.carry_out()), whole_amount);
}

Outcome Trial::carry_out() {
  return ask(subject_.provider(), &Provider::carry_out);
}

Outcome Trial::look_up() {
  return ask(subject_.provider(), &Provider::look_up);
}

Outcome Trial::look_up_until_known() {
  auto outcome = look_up();
  for (int looks = 1; looks < most_looks && !is_known(outcome); ++looks) outcome = look_up();
  return outcome;
}

std::future<Outcome> Trial::begin() {
  std::promise<Outcome> promise;
  auto future = promise.get_future();
  subject_.provider().carry_out(instruction_, [promise = std::move(promise)](Outcome outcome) mutable {
    promise.set_value(std::move(outcome));
  });
  return future;
}

Outcome Trial::ask_unreachable_to_carry_out() {
  return ask(subject_.unreachable(), &Provider::carry_out);
}

Outcome Trial::ask_unreachable_to_look_up() {
  return ask(subject_.unreachable(), &Provider::look_up);
}

Outcome Trial::ask(Provider& provider, Ask what) {
  std::promise<Outcome> promise;
  auto future = promise.get_future();
  (provider.*what)(instruction_, [promise = std::move(promise)](Outcome outcome) mutable {
    promise.set_value(std::move(outcome));
  });
  if (future.wait_for(patience) != std::future_status::ready) throw std::runtime_error("no outcome came");
  auto outcome = future.get();
  write_down(outcome);
  return outcome;
}

void Trial::write_down(const Outcome& outcome) {
  auto& call = instruction_.attempt.call.value();
  instruction_.attempt.outcome = std::visit(WordOf{}, outcome);
  if (is_known(outcome)) return;
  const auto reference = std::visit(ReferenceIn{}, outcome);
  if (!reference.empty()) call.reference = reference;
  ++call.tries;
}

std::string reference_of(const Outcome& outcome) {
  const auto* const succeeded = std::get_if<Succeeded>(&outcome);
  EXPECT_TRUE(succeeded != nullptr) << show(outcome);
  return succeeded == nullptr ? std::string{} : succeeded->reference;
}

}  // namespace pay::test
