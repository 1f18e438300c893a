#include "contract/provider/subjects.hpp"

#include <ostream>

namespace pay::test {

const std::vector<Profile>& profiles() {
  static const std::vector<Profile> all{
      simulator_profile(),
      stripe_profile(),
      paypal_profile(),
      example_profile(),
  };
  return all;
}

std::ostream& operator<<(std::ostream& out, const Profile& profile) {
  return out << profile.name;
}

}  // namespace pay::test
