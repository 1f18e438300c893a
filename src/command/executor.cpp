#include "command/executor.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace pay {
namespace {

using namespace std::chrono_literals;

/// Conflicts resolve themselves within a few tries; after so many, or so long (each may have waited for a
/// lock), something else is wrong.
constexpr int max_replays = 50;
constexpr auto replay_patience = 15s;
/// How long a lost COMMIT is asked after before its commands are answered "unavailable".
constexpr auto lost_commit_patience = 10s;
/// As long as the draft's recommended retention of idempotency keys and the contract's: 24 h.
constexpr auto key_lifetime = 24h;
/// Who asks what a receiver was told does so within days of it; after that the payment's events tell.
constexpr auto delivered_lifetime = 7 * 24h;
/// What is deleted between two batches: few milliseconds that commands wait.
constexpr std::size_t keys_a_turn = 1000;
constexpr std::size_t notifications_a_turn = 1000;

/// Grows from nothing to 20 ms: two instances that collide again and again drift apart.
std::chrono::milliseconds pause_before(int replay) {
  return std::min(1ms * (replay * replay / 4), 20ms);
}

/// A COMMIT whose outcome could not be learnt, or after which something broke.
const Text nobody_knows{.en =
                            "Something broke while this was being saved, so nobody knows whether it "
                            "was done. Repeat it with the same "
                            "Idempotency-Key, or look before you repeat it without one.",
                        .fr =
                            "Une panne est survenue pendant l'enregistrement, personne ne sait donc si "
                            "c'est fait. Répétez avec la même "
                            "Idempotency-Key, ou vérifiez avant de répéter sans clé."};

std::vector<Result<Reply>> all_unavailable(std::size_t count, const std::exception& why,
                                           const Text& detail = {}) {
  log::error("a batch failed", {{"reason", why.what()}, {"commands", count}});
  return std::vector<Result<Reply>>(
      count,
      std::unexpected(Error{.code = ErrorCode::unavailable, .detail = detail, .internal = why.what()}));
}

/// Throws `lost` again when the database does not come back in time.
bool committed_after_all(WriteStore& store, const CommitLost& lost) {
  const auto give_up = std::chrono::steady_clock::now() + lost_commit_patience;
  while (true) {
    try {
      return store.resolve_lost_commit();
    } catch (const StoreUnavailable&) {
      if (std::chrono::steady_clock::now() >= give_up) throw CommitLost(lost);
      std::this_thread::sleep_for(200ms);
    }
  }
}

}  // namespace

Executor::Executor(std::unique_ptr<WriteStore> store, const Clock& clock, Options options, Deliver deliver,
                   ExecutorObserver& observer)
    : store_(std::move(store)),
      clock_(clock),
      options_(std::move(options)),
      deliver_(std::move(deliver)),
      observer_(observer),
      queue_(options_.queue_limit),
      thread_([this] { work(); }) {}

Executor::~Executor() {
  stop();
}

void Executor::stop() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

void Executor::keep_house() {
  house_is_due_ = true;
  queue_.wake();
}

void Executor::work() {
  while (auto batch = queue_.pop(options_.batch_limit)) {
    if (!batch->empty()) execute(std::move(*batch));
    if (house_is_due_.exchange(false)) clean();
  }
  try {
    store_->close();
  } catch (const std::exception& e) {
    log::warn("the store could not be closed cleanly", {{"reason", e.what()}});
  }
}

void Executor::execute(std::vector<Submission> batch) {
  std::vector<Job> jobs;
  jobs.reserve(batch.size());
  for (auto& submission : batch) jobs.push_back(std::move(submission.job));

  std::vector<Result<Reply>> replies;
  try {
    replies = commit(jobs);
  } catch (const StoreUnavailable& e) {
    replies = all_unavailable(jobs.size(), e);
  } catch (const StoreConflict& e) {
    replies = all_unavailable(jobs.size(), e);
  } catch (const StoreRejected& e) {
    if (jobs.size() > 1) {  // nothing was committed: one of them is at fault, and fails alone
      for (std::size_t i = 0; i < batch.size(); ++i) batch[i].job = std::move(jobs[i]);
      return execute_one_by_one(std::move(batch));
    }
    replies = all_unavailable(jobs.size(), e);
  } catch (const std::exception& e) {
    // It may have been thrown after COMMIT: running the commands again could do them twice.
    replies = all_unavailable(jobs.size(), e, nobody_knows);
  }

  std::vector<Completion> completions;
  completions.reserve(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    completions.push_back({std::move(batch[i].done), std::move(replies[i])});
  }
  deliver_(std::move(completions));
}

void Executor::execute_one_by_one(std::vector<Submission> batch) {
  for (auto& submission : batch) {
    std::vector<Submission> alone;
    alone.push_back(std::move(submission));
    execute(std::move(alone));
  }
}

std::vector<Result<Reply>> Executor::commit(const std::vector<Job>& jobs) {
  const auto give_up = std::chrono::steady_clock::now() + replay_patience;
  for (int replay = 0;; ++replay) {
    const auto enough = [&] { return replay == max_replays || std::chrono::steady_clock::now() >= give_up; };
    try {
      if (auto replies = attempt(jobs)) return std::move(*replies);
      if (enough()) throw StoreUnavailable("every COMMIT was lost and none of them happened");
    } catch (const StoreConflict&) {
      if (enough()) throw;
    }
    observer_.on_replay();
    std::this_thread::sleep_for(pause_before(replay));
  }
}

/// One try. Nothing when its COMMIT was lost and did not happen.
std::optional<std::vector<Result<Reply>>> Executor::attempt(const std::vector<Job>& jobs) {
  const auto began = std::chrono::steady_clock::now();
  auto loaded = store_->load(what_is_wanted(jobs));
  auto outcome = decide_batch(jobs, std::move(loaded),
                              {.now = clock_.now(),
                               .lifetimes = options_.lifetimes,
                               .ids = *store_,
                               .telling = options_.telling.is_told ? &options_.telling : nullptr,
                               .asking = &options_.asking});
  if (outcome.changes.empty()) {
    store_->roll_back();
  } else {
    try {
      store_->save(outcome.changes);
    } catch (const CommitLost& e) {
      const bool committed = committed_after_all(*store_, e);
      log::warn("a COMMIT was lost", {{"reason", e.what()}, {"committed", committed}});
      if (!committed) return std::nullopt;
    }
  }
  observer_.on_commit(jobs.size(), std::chrono::steady_clock::now() - began, outcome.changes);
  return std::move(outcome.replies);
}

/// One turn; it comes back after the next batch while there is more to delete.
void Executor::clean() {
  try {
    const auto now = clock_.now();
    const auto keys = store_->delete_keys_before(now - key_lifetime, keys_a_turn);
    const auto delivered = store_->delete_delivered_before(now - delivered_lifetime, notifications_a_turn);
    store_->keep_house();
    if (keys == keys_a_turn || delivered == notifications_a_turn) keep_house();
  } catch (const std::exception& e) {
    log::warn("housekeeping was put off", {{"reason", e.what()}});
  }
}

}  // namespace pay
