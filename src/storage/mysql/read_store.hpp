#pragma once

#include <string>

#include "storage/mysql/connection.hpp"
#include "storage/mysql/list.hpp"
#include "storage/store.hpp"

namespace pay::mysql {

/// Every read is one round trip of autocommitted statements. A connection that was cut while it was idle is
/// made again without a word.
class MysqlReadStore final : public ReadStore {
 public:
  /// Connects at the first use.
  explicit MysqlReadStore(Options options);

  std::vector<Payment> find_payments(std::span<const PaymentId> ids) override;
  Slice<Payment> list_payments(const PaymentFilter& filter, std::int64_t before, std::size_t limit) override;
  std::optional<Slice<Event>> list_events(PaymentId payment, std::int64_t after, std::size_t limit) override;
  std::optional<Slice<Attempt>> list_attempts(PaymentId payment, std::int64_t after,
                                              std::size_t limit) override;
  Slice<Attempt> list_all_attempts(const AttemptFilter& filter, std::int64_t before,
                                   std::size_t limit) override;
  std::optional<Attempt> find_attempt(AttemptId id) override;
  std::optional<Refunds> list_refunds(PaymentId payment, std::int64_t after, std::size_t limit) override;
  Slice<Notification> list_notifications(const NotificationFilter& filter, std::int64_t before,
                                         std::size_t limit) override;
  std::vector<Expired> list_expired(Timestamp now, const Expired& after, std::size_t limit) override;
  void ping() override;

  void begin_snapshot() override;
  void end_snapshot() override;
  std::vector<Payment> scan_payments(PaymentId after, std::size_t limit) override;
  std::vector<Event> scan_events(PaymentId first, PaymentId last) override;
  std::vector<Refund> scan_refunds(PaymentId first, PaymentId last) override;
  std::vector<Attempt> scan_attempts(PaymentId first, PaymentId last) override;
  std::vector<KeyRecord> scan_keys(const IdempotencyKey& after, std::size_t limit) override;
  std::size_t count_orphans() override;

 private:
  /// Runs and reads, twice when the connection turns out to be gone. `start_over` forgets what was read.
  template <class StartOver>
  void ask(const Statements& statements, const Connection::OnRow& on_row, StartOver start_over);
  /// Every row, each read by `read`.
  template <class T, class Read>
  std::vector<T> rows(const Statements& statements, Read read);
  /// What belongs to one payment: `statement` joins it to its payment from the left, so that no payment is no
  /// row and a payment without anything one row of NULLs, of which `read` makes nothing.
  template <class T, class Read, class Position>
  std::optional<Slice<T>> slice(const std::string& statement, std::size_t limit, Read read,
                                Position position);

  /// Rows of a filtered list, each read by `read`.
  template <class T, class Read>
  Slice<T> list(const ListScript& script, std::size_t limit, Read read);

  const Options options_;
  const Options patient_options_;  ///< for a snapshot, where a question may take minutes
  Connection connection_;
  Connection snapshot_;
  bool in_snapshot_ = false;
};

}  // namespace pay::mysql
