#pragma once

#include <string>

#include "storage/mysql/connection.hpp"
#include "storage/mysql/sql.hpp"

namespace pay::mysql {

/// The statements that begin a transaction and load what a batch wants, and the reader of their rows.
class LoadScript {
 public:
  /// `ids`: every payment to lock, ascending and unique, so that two writers never wait for each other in a
  /// ring. `opening`: what begins the transaction, when it is not open yet.
  LoadScript(std::span<const PaymentId> ids, const Wanted& wanted, std::span<const std::string> opening);

  [[nodiscard]] bool is_empty() const { return count_ == 0; }
  [[nodiscard]] Statements statements() const { return {text_, count_}; }
  void take(std::size_t statement, const Row& row, Loaded& loaded) const;

 private:
  void lock_payments(std::span<const PaymentId> ids);
  void find_open_attempts(std::span<const PaymentId> ids);
  void find_keys(std::span<const IdempotencyKey> keys);
  void lock_notifications(std::span<const NotificationId> ids);

  void add(std::string_view statement);

  std::string text_;
  std::size_t count_ = 0;
  std::size_t first_attempts_statement_ = 0;
  std::size_t first_keys_statement_ = 0;
  std::size_t first_notifications_statement_ = 0;
};

/// `1,2,3`
template <class Id>
std::string list_of(std::span<const Id> ids) {
  std::string list;
  list.reserve(ids.size() * 8);
  for (const auto id : ids) {
    if (!list.empty()) list += ',';
    append_integer(list, id.value);
  }
  return list;
}

/// Optimizers treat longer lists in another way (MariaDB makes a join of a thousand).
inline constexpr std::size_t ids_a_statement = 500;

}  // namespace pay::mysql
