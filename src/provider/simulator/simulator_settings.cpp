#include <fmt/format.h>

#include <array>
#include <charconv>
#include <stdexcept>

#include "provider/simulator/simulated_provider.hpp"

namespace pay {
namespace {

constexpr std::array settings{
    ProviderSetting{"simulator-two-step", "PAYMENT_SIMULATOR_TWO_STEP", "false",
                    "The simulator is asked like a real provider, with an intent before and an outcome after",
                    ProviderSetting::Kind::is_switch},
    ProviderSetting{"simulator-latency-ms", "PAYMENT_SIMULATOR_LATENCY_MS", "0",
                    "With two steps: milliseconds until it answers"},
    ProviderSetting{"simulator-approval-ms", "PAYMENT_SIMULATOR_APPROVAL_MS", "2000",
                    "With two steps: milliseconds until whoever pays has agreed, where that is asked"},
    ProviderSetting{"simulator-seed", "PAYMENT_SIMULATOR_SEED", "0",
                    "With two steps: what its failures are drawn from"},
    ProviderSetting{
        "simulator-failures", "PAYMENT_SIMULATOR_FAILURES", "",
        "With two steps: how often it fails, as refuse=0.01,timeout-before=0.01,timeout-after=0.01,"
        "pending=0.01"},
};

constexpr std::chrono::milliseconds longest{600'000};

std::uint64_t read_number(const ProviderParts& parts, std::string_view name, std::uint64_t most) {
  const auto text = parts.setting(name);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number > most) {
    throw std::invalid_argument(
        fmt::format("--{} cannot be '{}'; write a whole number from 0 to {}", name, text, most));
  }
  return number;
}

std::chrono::milliseconds read_milliseconds(const ProviderParts& parts, std::string_view name) {
  return std::chrono::milliseconds(read_number(parts, name, static_cast<std::uint64_t>(longest.count())));
}

double* member(SimulatedFailures& failures, std::string_view name) {
  if (name == "refuse") return &failures.refuse;
  if (name == "timeout-before") return &failures.timeout_before;
  if (name == "timeout-after") return &failures.timeout_after;
  if (name == "pending") return &failures.pending;
  return nullptr;
}

}  // namespace

std::optional<SimulatedFailures> SimulatedFailures::parse(std::string_view text) {
  SimulatedFailures failures;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto one = text.substr(0, comma);
    const auto sign = one.find('=');
    if (sign == std::string_view::npos) return std::nullopt;
    auto* rate = member(failures, one.substr(0, sign));
    const auto number = one.substr(sign + 1);
    double value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    const bool is_rate =
        rate && error == std::errc{} && end == number.data() + number.size() && value >= 0 && value <= 1;
    if (!is_rate) return std::nullopt;
    *rate = value;
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
    if (text.empty()) return std::nullopt;
  }
  const bool fits =
      failures.refuse + failures.timeout_before + failures.timeout_after + failures.pending <= 1;
  return fits ? std::optional(failures) : std::nullopt;
}

std::span<const ProviderSetting> simulator_settings() {
  return settings;
}

BuiltProvider build_simulator(const ProviderParts& parts) {
  const auto text = parts.setting("simulator-failures");
  const auto failures = SimulatedFailures::parse(text);
  if (!failures) {
    throw std::invalid_argument(
        fmt::format("--simulator-failures cannot be '{}'; write rates from 0 to 1, such as "
                    "refuse=0.01,timeout-after=0.02",
                    text));
  }
  return {.provider = std::make_unique<SimulatedProvider>(
              SimulatedProvider::Options{
                  .latency = read_milliseconds(parts, "simulator-latency-ms"),
                  .deadline = parts.deadline,
                  .approval = read_milliseconds(parts, "simulator-approval-ms"),
                  .seed = read_number(parts, "simulator-seed", std::numeric_limits<std::uint64_t>::max()),
                  .failures = *failures},
              parts.clock)};
}

}  // namespace pay
