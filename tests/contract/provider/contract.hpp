#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "contract/provider/trial.hpp"
#include "unit/provider/show_outcome.hpp"

namespace pay::test {

/// The suite that every provider passes: each test has a subject that has forgotten everything.
class ProviderContract : public testing::TestWithParam<Profile> {
 protected:
  [[nodiscard]] const Profile& profile() const { return GetParam(); }
  [[nodiscard]] Trial ready(AttemptKind kind) { return Trial::ready(*subject_, profile(), kind); }
  [[nodiscard]] Trial authorization(const KeptSource& source, bool captures) {
    return Trial::authorization(*subject_, source, captures);
  }
  /// The reference of what was authorized.
  [[nodiscard]] std::string authorized(bool captures) {
    return reference_of(authorization(profile().source(Payer::agrees).value(), captures).carry_out());
  }
  [[nodiscard]] Trial of(AttemptKind kind, std::string about, std::int64_t amount_minor = whole_amount) {
    return Trial::of(*subject_, kind, std::move(about), amount_minor);
  }

  const std::unique_ptr<Subject> subject_ = GetParam().make();
};

/// Those with a peer, which keeps books and fails on order; the simulator does neither.
inline std::vector<Profile> profiles_with_peer() {
  std::vector<Profile> some;
  std::ranges::copy_if(profiles(), std::back_inserter(some),
                       [](const auto& one) { return one.faults.empty(); });
  return some;
}

/// Those where somebody can behave like that.
inline std::vector<Profile> profiles_with(Payer payer) {
  std::vector<Profile> some;
  std::ranges::copy_if(profiles(), std::back_inserter(some),
                       [&](const auto& one) { return one.source(payer).has_value(); });
  return some;
}

/// `succeeded`, whatever was made.
inline std::string word(const Outcome& outcome) {
  return std::string(name(outcome));
}

inline std::string name_of_run(const testing::TestParamInfo<Profile>& run) {
  return std::string(run.param.name);
}

}  // namespace pay::test
