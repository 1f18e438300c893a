#pragma once

#include <future>
#include <string>

#include "contract/provider/subject.hpp"

namespace pay::test {

/// The amount of every payment here.
inline constexpr std::int64_t whole_amount = 1999;

/// One instruction on its way, kept as the service keeps it: what an outcome tells is written to its attempt.
class Trial {
 public:
  /// `subject` outlives it.
  Trial(Subject& subject, Instruction instruction);

  static Trial authorization(Subject& subject, const KeptSource& source, bool captures);
  /// Captures, voids or refunds what succeeded before under that reference.
  static Trial of(Subject& subject, AttemptKind kind, std::string about, std::int64_t amount_minor);
  /// One that has all that it needs, and would succeed.
  static Trial ready(Subject& subject, const Profile& profile, AttemptKind kind);

  /// Throw std::runtime_error when no outcome comes.
  Outcome carry_out();
  Outcome look_up();
  /// Looks as often as it takes, within reason.
  Outcome look_up_until_known();
  /// Without waiting. The attempt stays as it is.
  [[nodiscard]] std::future<Outcome> begin();

  Outcome ask_unreachable_to_carry_out();
  Outcome ask_unreachable_to_look_up();

  [[nodiscard]] const Attempt& attempt() const { return instruction_.attempt; }
  [[nodiscard]] int effects() { return subject_.effects(instruction_.attempt); }

 private:
  using Ask = void (Provider::*)(const Instruction&, Provider::Done);
  Outcome ask(Provider& provider, Ask what);
  void write_down(const Outcome& outcome);

  Subject& subject_;
  Instruction instruction_;
};

/// What an outcome that must be `Succeeded` calls what was made; reports a failure when it is another.
std::string reference_of(const Outcome& outcome);

}  // namespace pay::test
