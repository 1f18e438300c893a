#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>

#include "model/payment.hpp"

namespace pay::sqlite {

/// Rows that are left alone for a while, kept in memory: one process serves the file, and when it dies, its
/// claims should be over anyway. Whatever settles a row moves its `due_at`, and ends that before its time.
class Leases {
 public:
  struct Lease {
    std::int64_t due_at;  ///< of the row when it was put aside
    Timestamp until;
  };
  void put_aside(std::int64_t id, const Lease& lease) {
    leases_.insert_or_assign(id, lease);
    endings_.emplace(lease.until, id);
  }
  /// Of a row that is due at `due_at`.
  [[nodiscard]] bool has(std::int64_t id, std::int64_t due_at, Timestamp now) const {
    const auto found = leases_.find(id);
    return found != leases_.end() && found->second.due_at == due_at && found->second.until > now;
  }
  void forget_old(Timestamp now);

 private:
  std::unordered_map<std::int64_t, Lease> leases_;
  std::multimap<Timestamp, std::int64_t> endings_;
};

}  // namespace pay::sqlite
