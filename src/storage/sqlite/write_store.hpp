#pragma once

#include "storage/sqlite/attempt_writer.hpp"
#include "storage/sqlite/checkpointer.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/store.hpp"

namespace pay::sqlite {

/// The one writer: a transaction is SQLite's own, statements are prepared once.
class SqliteWriteStore final : public WriteStore {
 public:
  /// Without a checkpointer it writes beside the service's writer, and leaves the log to that one.
  SqliteWriteStore(const std::string& path, Checkpointer* checkpointer);

  Loaded load(const Wanted& wanted) override;
  void save(const Changes& changes) override;
  void roll_back() override;
  bool resolve_lost_commit() override;
  std::size_t delete_keys_before(Timestamp time, std::size_t limit) override;
  std::size_t delete_delivered_before(Timestamp time, std::size_t limit) override;
  void keep_house() override;
  void close() override;

  PaymentId next_payment_id() override { return {ids_.payment++}; }
  RefundId next_refund_id() override { return {ids_.refund++}; }
  AttemptId next_attempt_id() override { return {ids_.attempt++}; }
  NotificationId next_notification_id() override { return {ids_.notification++}; }

 private:
  struct Ids {
    std::int64_t payment;
    std::int64_t refund;
    std::int64_t attempt;
    std::int64_t notification;
  };
  static Ids next_ids(Connection& connection);
  void count_on_from_others();
  void load_payments(const Wanted& wanted, Loaded& loaded);
  void load_keys(const Wanted& wanted, Loaded& loaded);
  void load_notifications(const Wanted& wanted, Loaded& loaded);
  void write(const Changes& changes);
  void write_keys(const Changes& changes);
  void settle(const Settlement& settlement);
  std::size_t run_before(Statement& statement, Timestamp time, std::size_t limit);

  Checkpointer* const checkpointer_;
  Connection connection_;
  Ids committed_ids_;
  Ids ids_;
  std::int64_t data_version_ = 0;  ///< changes when another connection has committed
  Statement begin_, commit_, roll_back_, find_data_version_;
  Statement find_payment_, find_of_order_, find_of_order_and_client_, find_key_, find_notification_;
  Statement insert_payment_, insert_plain_payment_, update_payment_, insert_event_, insert_plain_event_;
  Statement insert_refund_, insert_key_;
  Statement settle_refund_, finish_key_, release_key_;
  AttemptWriter attempts_;
  Statement insert_notification_, deliver_, fail_, bury_, release_, retry_;
  Statement delete_keys_, keep_delivered_, delete_delivered_;
};

}  // namespace pay::sqlite
