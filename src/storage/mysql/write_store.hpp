#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "storage/mysql/connection.hpp"
#include "storage/mysql/id_block.hpp"
#include "storage/mysql/sql.hpp"
#include "storage/mysql/writer_row.hpp"
#include "storage/store.hpp"

namespace pay::mysql {

/// A batch costs one round trip to load and one to save: statements go together, COMMIT with the last.
///
/// Each writer has a row `writer(instance, last_batch)` that every transaction counts up from the number
/// before. After a lost COMMIT that row tells whether the batch is in. When it is not, the row is moved on,
/// so that the old transaction, wherever it still waits, fails at its first statement.
class MysqlWriteStore final : public WriteStore {
 public:
  /// Makes the writer known. `options` must outlive it. Throws StoreUnavailable.
  explicit MysqlWriteStore(const Options& options);

  PaymentId next_payment_id() override { return {ids_[payments].next()}; }
  RefundId next_refund_id() override { return {ids_[refunds].next()}; }
  AttemptId next_attempt_id() override { return {ids_[attempts].next()}; }
  NotificationId next_notification_id() override { return {ids_[notifications].next()}; }

  Loaded load(const Wanted& wanted) override;
  void save(const Changes& changes) override;
  void roll_back() override;
  bool resolve_lost_commit() override;
  std::size_t delete_keys_before(Timestamp time, std::size_t limit) override;
  std::size_t delete_delivered_before(Timestamp time, std::size_t limit) override;
  void keep_house() override;
  void close() override;

 private:
  enum Kind : std::uint8_t { payments, refunds, attempts, notifications };
  static constexpr std::size_t kinds = 4;
  static constexpr std::array<std::string_view, kinds> block_names = {"payments", "refunds", "attempts",
                                                                      "notifications"};
  /// On Galera a third of the racing updates of one row fail at their COMMIT.
  static constexpr int tries_for_a_block = 20;

  [[nodiscard]] Loaded try_load(const Wanted& wanted);
  [[nodiscard]] std::vector<PaymentId> ids_of_orders(const Wanted& wanted);
  void draw_ids(const Wanted& wanted);
  void begin();
  Connection::Outcome run_alone(const Statements& statements, const Connection::OnRow& on_row = {});
  void write_script(const Changes& changes);
  void send_script();
  /// Ends a transaction that failed. The ids drawn are back.
  void abandon() noexcept;
  [[nodiscard]] std::vector<std::string> opening() const;

  [[noreturn]] void explain(const SqlError& e, Purpose purpose);
  [[noreturn]] void lose_commit(const std::exception& e);
  [[nodiscard]] std::optional<std::int64_t> batch_of_our_row();
  struct Cleaned {
    std::size_t seen = 0;
    std::size_t deleted = 0;
  };
  Cleaned delete_delivered_of(const std::string& client, Timestamp time, std::size_t limit);
  [[nodiscard]] std::optional<std::string> client_after(const std::optional<std::string>& client);
  void move_our_row(std::optional<std::int64_t> from, std::int64_t to);

  Connection connection_;
  WriterRow row_;
  std::array<IdBlock, kinds> ids_;
  Script script_;
  bool in_transaction_ = false;
  std::optional<std::string> cleaned_;  ///< the client at which deleting goes on, behind it
  std::optional<std::int64_t> lost_;    ///< the batch whose COMMIT got no answer
};

}  // namespace pay::mysql
