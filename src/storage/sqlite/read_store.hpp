#pragma once

#include "storage/sqlite/connection.hpp"
#include "storage/store.hpp"

namespace pay::sqlite {

/// Reads beside the writer: each call sees all that was committed before it.
class SqliteReadStore final : public ReadStore {
 public:
  explicit SqliteReadStore(Connection connection);

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
  /// The candidates of a filter, newest first, through the index that fits it best.
  Statement& candidates(const PaymentFilter& filter, std::int64_t before);
  [[nodiscard]] std::optional<Payment> find(PaymentId id);

  Connection connection_;
  Statement begin_, commit_;
  Statement find_payment_;
  Statement newest_, newest_of_order_, newest_of_user_, newest_of_client_;
  Statement events_of_, attempts_of_, refunds_of_, expired_;
  Statement newest_notifications_, notifications_of_;
  Statement newest_attempts_, newest_open_attempts_, find_attempt_;
};

}  // namespace pay::sqlite
