#include "storage/sqlite/leases.hpp"

namespace pay::sqlite {

void Leases::forget_old(Timestamp now) {
  while (!endings_.empty() && endings_.begin()->first <= now) {
    const auto found = leases_.find(endings_.begin()->second);
    const bool was_claimed_again = found != leases_.end() && found->second.until > now;
    if (found != leases_.end() && !was_claimed_again) leases_.erase(found);
    endings_.erase(endings_.begin());
  }
}

}  // namespace pay::sqlite
