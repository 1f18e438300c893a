#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "provider/provider.hpp"
#include "provider/registry.hpp"
#include "provider/simulator/delay.hpp"
#include "provider/simulator/remembered_cards.hpp"
#include "provider/simulator/simulator.hpp"

namespace pay {

/// How often a call goes wrong, each from 0 to 1, and in which way.
struct SimulatedFailures {
  double refuse = 0;          ///< nobody takes it: `NotExecuted`
  double timeout_before = 0;  ///< no answer, and nothing was done
  double timeout_after = 0;   ///< no answer, though it was done
  double pending = 0;         ///< has not made up its mind

  /// `refuse=0.01,timeout-before=0.02`; nothing when it is not such a text, or the sum is above 1.
  static std::optional<SimulatedFailures> parse(std::string_view text);
};

/// The simulator as a provider with outside effects, so that everything which real ones bring about can be
/// rehearsed without a network. What becomes of a call is drawn from the seed, the attempt's number and kind
/// and how often it was tried: the same again in every run. It keeps nothing but the answers about typed
/// cards, whose data nobody has afterwards; what it has forgotten was never done, for it moves no money.
/// Thread-safe.
class SimulatedProvider final : public Provider {
 public:
  struct Options {
    std::chrono::milliseconds latency{0};
    std::chrono::milliseconds deadline{10'000};  ///< after which a call without an answer is `Unknown`
    std::chrono::milliseconds approval{2'000};   ///< so long whoever pays takes to agree, where asked
    std::uint64_t seed = 0;
    SimulatedFailures failures{};
    /// Told the key of what was done, each time: tests count how many different ones there are. Any thread.
    std::function<void(std::string_view key)> on_effect{};
  };
  SimulatedProvider(Options options, const Clock& clock);

  [[nodiscard]] std::string_view name() const override { return simulator_.name(); }
  [[nodiscard]] bool takes(const Charge&) const override { return true; }
  void carry_out(const Instruction& instruction, Done done) override;
  void look_up(const Instruction& instruction, Done done) override;

 private:
  enum class Fate : std::uint8_t { answered, refused, lost_before, lost_after, undecided };
  [[nodiscard]] Fate fate_of(const Attempt& attempt) const;
  [[nodiscard]] Outcome outcome_of(const Instruction& instruction, const std::string& key);
  [[nodiscard]] Outcome authorize(const Instruction& instruction, const std::string& key);
  void answer(const Instruction& instruction, Fate fate, Done done);

  const Options options_;
  const Clock& clock_;
  const Simulator simulator_;
  RememberedCards cards_;
  Delay delay_;
};

std::span<const ProviderSetting> simulator_settings();
BuiltProvider build_simulator(const ProviderParts& parts);

}  // namespace pay
