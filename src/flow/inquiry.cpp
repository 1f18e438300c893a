#include "flow/inquiry.hpp"

#include <utility>

namespace pay {
namespace {

/// The voiding of what an attempt to authorize has begun. Its key differs from the attempt's own by one
/// microsecond, and is the same each time; how often was tried tells one time from the next, where a provider
/// keeps what it said.
Instruction voiding(Instruction instruction, std::string about) {
  auto& attempt = instruction.attempt;
  attempt.kind = AttemptKind::void_authorization;
  attempt.created_at += std::chrono::microseconds{1};
  const auto begun = std::exchange(attempt.call, std::nullopt).value_or(ProviderCall{});
  attempt.call =
      ProviderCall{.amount_minor = begun.amount_minor, .about = std::move(about), .tries = begun.tries};
  instruction.return_url.clear();
  return instruction;
}

/// The provider's name of what is still under way; nothing when the attempt is not any more, or cannot be
/// named.
std::optional<std::string> still_open(const Outcome& outcome, const Instruction& instruction) {
  std::optional<std::string> reference;
  if (const auto* waits = std::get_if<ActionRequired>(&outcome)) reference = waits->reference;
  if (const auto* waits = std::get_if<Pending>(&outcome)) reference = waits->reference;
  const auto& call = instruction.attempt.call;
  if (reference && reference->empty() && call) reference = call->reference;
  return reference && !reference->empty() ? reference : std::nullopt;
}

void give_up(Provider& provider, const Instruction& instruction, std::string why, Provider::Done done) {
  provider.look_up(instruction, [&provider, instruction = instruction, why = std::move(why),
                                 done = std::move(done)](Outcome found) mutable {
    auto about = still_open(found, instruction);
    if (!about) return done(std::move(found));
    provider.carry_out(voiding(std::move(instruction), std::move(*about)),
                       [why = std::move(why), found = std::move(found),
                        done = std::move(done)](const Outcome& voided) mutable {
                         if (std::holds_alternative<Succeeded>(voided)) {
                           done(Declined{.decline_code = std::move(why)});
                         } else {  // it is as it was, as far as anybody knows: the next look tells
                           done(std::move(found));
                         }
                       });
  });
}

}  // namespace

void inquire(Provider& provider, const Instruction& instruction, Inquiry inquiry, std::string why_given_up,
             Provider::Done done) {
  switch (inquiry) {
    case Inquiry::look_up:
      return provider.look_up(instruction, std::move(done));
    case Inquiry::give_up:
      return give_up(provider, instruction, std::move(why_given_up), std::move(done));
  }
}

}  // namespace pay
