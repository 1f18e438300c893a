#include "storage/mysql/errors.hpp"
#include "storage/mysql/write_store.hpp"

/// What becomes of a COMMIT that got no answer: see `MysqlWriteStore`.
namespace pay::mysql {

bool MysqlWriteStore::resolve_lost_commit() {
  if (!lost_) return false;
  const auto moved_on = *lost_ + 1;
  auto found = batch_of_our_row();
  if (found != lost_ && found != moved_on) {
    move_our_row(found, moved_on);
    found = batch_of_our_row();
  }
  const bool committed = found == lost_;
  if (!committed && found != moved_on) throw StoreUnavailable("the lost transaction is still at work");
  row_.last_batch = *found;
  for (auto& block : ids_) committed ? block.commit() : block.roll_back();
  lost_.reset();
  return committed;
}

/// Waits for the old transaction when it is still at work.
std::optional<std::int64_t> MysqlWriteStore::batch_of_our_row() {
  std::optional<std::int64_t> batch;
  try {
    run_alone(row_.select() + " FOR UPDATE", [&](std::size_t, const Row& row) { batch = row.integer(0); });
  } catch (const SqlError& e) {
    connection_.drop();
    give_up(e);
  }
  return batch;
}

/// From then on the lost transaction fails, should it come after all. One statement that commits by itself.
void MysqlWriteStore::move_our_row(std::optional<std::int64_t> from, std::int64_t to) {
  try {
    connection_.run(row_.move(from, to));
  } catch (const SqlError& e) {
    connection_.drop();
    give_up(e);
  } catch (const Disconnected& e) {
    give_up(e);
  }
}

}  // namespace pay::mysql
