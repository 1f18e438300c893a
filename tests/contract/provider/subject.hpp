#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "provider/provider.hpp"

/// The conformance kit: what every provider must do, whatever its language. docs/adding-a-provider.md shows
/// how one joins.
namespace pay::test {

/// How whoever pays behaves, or their bank.
enum class Payer : std::uint8_t {
  agrees,
  lacks_funds,
  is_asked,   ///< is sent to a page, and agrees there
  refuses,    ///< is sent to a page, and does not agree
  takes_time  ///< the provider does not know at once
};

/// One thing that goes wrong, by the names of tests/support/providers/faults.py.
struct Fault {
  std::string_view kind;
  bool has_effect = true;  ///< of those which answer in place of the provider: whether it did its work first
};

/// What moved at the provider, in minor units as the provider counts them.
struct Moved {
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  bool voided = false;
};

/// A provider, and what stands behind it: the truth that its words are compared with.
class Subject {
 public:
  virtual ~Subject() = default;

  /// The one to ask now. While requests hang, one with little patience.
  virtual Provider& provider() = 0;
  /// The same with nobody behind it who would listen.
  virtual Provider& unreachable() = 0;

  /// Until `recover`, every request of that verb goes wrong; nothing: every request.
  virtual void break_down(const Fault& fault, std::optional<AttemptKind> verb) = 0;
  virtual void recover() = 0;
  /// What is said at the page, or by a slow bank. `about` is the attempt's reference.
  virtual void payer_says(std::string_view about, bool agrees) = 0;

  /// How often it was done.
  virtual int effects(const Attempt& attempt) = 0;
  /// Nothing: it keeps no books, and takes whatever it is asked for.
  virtual std::optional<Moved> moved() = 0;
};

/// What the kit knows of a subject before there is one.
struct Profile {
  std::string_view name;
  std::function<std::unique_ptr<Subject>()> make;
  /// What to pay with for each of these to happen; nothing: it cannot be tried.
  std::function<std::optional<KeptSource>(Payer payer)> source;
  std::vector<Charge> not_taken{};         ///< charges that it must not take
  std::vector<std::string_view> faults{};  ///< that can be tried; empty: all of them, by its peer
  /// Kinds of faults after which the provider itself cannot be brought to say what it did. Then `Unknown` may
  /// stay, and an operator settles it.
  std::vector<std::string_view> beyond_repair{};
};

/// All of them: subjects.cpp.
const std::vector<Profile>& profiles();

/// In a failure's message, and in the names of tests.
std::ostream& operator<<(std::ostream& out, const Profile& profile);

}  // namespace pay::test
