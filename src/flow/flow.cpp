#include "flow/flow.hpp"

#include <atomic>
#include <mutex>
#include <unordered_set>
#include <utility>

#include "command/asking.hpp"
#include "flow/asked.hpp"
#include "flow/inquiry.hpp"

namespace pay {
namespace {

const Text go_and_look{.en =
                           "The provider that has this payment has not answered yet, so nothing was done. "
                           "Try again.",
                       .fr =
                           "Le prestataire de ce paiement n'a pas encore répondu, rien n'a donc été fait. "
                           "Réessayez."};

constexpr std::string_view not_set_up = "the provider is not set up here";

/// A command on its way, and whoever waits for it.
struct Errand {
  Job job;
  Executor::Done done;                      ///< taken by whoever answers; under the lock
  std::optional<PaymentReply> meanwhile{};  ///< nothing: then it is not known to be done; under the lock
  std::vector<std::string> tried{};         ///< providers that were asked to authorize it
  bool has_looked = false;                  ///< an open attempt was asked about already
};
using Shared = std::shared_ptr<Errand>;

template <class... Kinds>
bool is_one_of(const Command& command) {
  return (std::holds_alternative<Kinds>(command) || ...);
}

bool may_need_provider(const Command& command) {
  return is_one_of<ProcessPayment, CapturePayment, CancelPayment, RefundPayment, UndoPayment, UndoOrder,
                   ExpirePayment, LookUpAttempt>(command);
}

/// Whether the command makes the payer's way to the provider's page pointless: it undoes the payment, or pays
/// with something else. A card that is typed again may be another: nothing that could be compared is kept of
/// it.
bool ends_waiting_for_payer(const Command& command, const Attempt& open) {
  if (const auto* process = std::get_if<ProcessPayment>(&command)) {
    return open.call && (process->card || process->source != open.call->source);
  }
  return is_one_of<CancelPayment, UndoPayment>(command);
}

Inquiry how_to_ask(const Command& command, const Ask& ask) {
  const bool is_at_payer = ask.meanwhile.payment.status == Status::requires_action;
  return is_at_payer && ends_waiting_for_payer(command, ask.instruction->attempt) ? Inquiry::give_up
                                                                                  : Inquiry::look_up;
}

/// Whoever slept through its lease while others settled its attempt, and went on from there: what its key
/// keeps is not how the payment is now.
bool was_overtaken(const Errand& errand, const Result<Reply>& reply, std::int64_t asked_at_version) {
  const auto* after = reply && errand.job.protection ? std::get_if<PaymentReply>(&*reply) : nullptr;
  return after != nullptr && !has_open_attempt(after->payment) &&
         after->payment.version > asked_at_version + 1;
}

Result<Reply> said_meanwhile(const Errand& errand) {
  if (errand.meanwhile) return *errand.meanwhile;
  return fail(ErrorCode::unavailable, go_and_look);
}

}  // namespace

struct Flow::State : std::enable_shared_from_this<State> {
  State(Executor& commands, Providers& asked, Post to_completions)
      : executor(commands), providers(asked), post(std::move(to_completions)) {}

  void submit(std::vector<Submission>& submissions);
  void let_payers_go();

  // The way of one errand, top to bottom.
  void give(const Shared& errand, bool may_ask);
  void on_reply(const Shared& errand, Result<Reply> reply);
  void ask_provider(const Shared& errand, Ask ask);
  void look_first(const Shared& errand, PaymentId payment);
  void on_looked(const Shared& errand, Result<Reply> reply);
  void look(const Instruction& instruction, Inquiry inquiry, Provider::Done done) const;
  void tell_what_is_kept(const Shared& errand, Result<Reply> present);
  void settle(Asked asked, Outcome outcome, Done done);
  void undo_each(const Shared& errand, const std::vector<PaymentId>& left);
  void give_again(const Shared& errand, bool may_ask);
  void answer(const Shared& errand, Result<Reply> reply);

  /// From now on it can be let go.
  void wait(const Shared& errand, std::optional<PaymentReply> meanwhile);
  [[nodiscard]] bool is_answered(const Shared& errand);
  void hand_over(Job job, Done done);

  Executor& executor;
  Providers& providers;
  const Post post;

  std::mutex mutex;
  std::unordered_set<Shared> waiting;
  bool payers_are_gone = false;
};

void Flow::State::submit(std::vector<Submission>& submissions) {
  if (providers.empty()) return executor.submit(submissions);
  std::vector<Shared> errands;  // one a submission; nothing for those that need no provider
  errands.reserve(submissions.size());
  for (auto& [job, done] : submissions) {
    if (!may_need_provider(job.command)) {
      errands.push_back(nullptr);
      continue;
    }
    job.may_ask = true;
    const auto& errand = errands.emplace_back(std::make_shared<Errand>(job, std::move(done)));
    done = [self = shared_from_this(), errand](Result<Reply> reply) {
      self->on_reply(errand, std::move(reply));
    };
  }
  executor.submit(submissions);
  // The queue takes them from the front: those left get back what they came with.
  auto errand = errands.end() - static_cast<std::ptrdiff_t>(submissions.size());
  for (auto& left : submissions) {
    if (*errand) left = {.job = std::move((*errand)->job), .done = std::move((*errand)->done)};
    ++errand;
  }
}

void Flow::State::give(const Shared& errand, bool may_ask) {
  auto job = errand->job;
  job.may_ask = may_ask;
  hand_over(std::move(job), [self = shared_from_this(), errand](Result<Reply> reply) {
    self->on_reply(errand, std::move(reply));
  });
}

void Flow::State::on_reply(const Shared& errand, Result<Reply> reply) {
  if (reply) {
    if (auto* ask = std::get_if<Ask>(&*reply)) return ask_provider(errand, std::move(*ask));
    if (const auto* first = std::get_if<AskFirst>(&*reply)) return look_first(errand, first->payment);
    if (const auto* order = std::get_if<OrderReply>(&*reply); order && !order->left.empty())
      return undo_each(errand, order->left);
  }
  answer(errand, std::move(reply));
}

void Flow::State::ask_provider(const Shared& errand, Ask ask) {
  const auto& attempt = ask.instruction->attempt;
  auto asked = Asked::of(attempt, ask.meanwhile.payment, ask.look_up);
  asked.was_due = ask.was_due;
  wait(errand, std::move(ask.meanwhile));
  if (const auto* process = std::get_if<ProcessPayment>(&errand->job.command); process && !ask.look_up) {
    errand->tried.push_back(attempt.provider);
    ask.instruction->card = process->card;  // the next provider hears of it for the first time too
    asked.tried = errand->tried;
    asked.at_once_provider = process->at_once_provider;
    asked.at_once = process->at_once;
  }
  auto* provider = providers.find(attempt.provider);
  if (provider == nullptr && !ask.look_up) {
    return settle(
        std::move(asked), NotExecuted{.why = std::string(not_set_up)},
        [self = shared_from_this(), errand](const Result<Reply>&) { self->give_again(errand, false); });
  }
  auto settle = [self = shared_from_this(), errand, asked = std::move(asked)](Outcome outcome) mutable {
    const auto version = asked.version;
    self->settle(std::move(asked), std::move(outcome), [self, errand, version](Result<Reply> reply) {
      if (was_overtaken(*errand, reply, version)) return self->tell_what_is_kept(errand, std::move(reply));
      self->on_reply(errand, std::move(reply));
    });
  };
  if (ask.look_up) return look(*ask.instruction, Inquiry::look_up, std::move(settle));
  provider->carry_out(*ask.instruction, std::move(settle));
}

void Flow::State::look_first(const Shared& errand, PaymentId payment) {
  // Asked about once is enough: what is still open then stays so for now. What has ended meanwhile is in
  // nobody's way.
  if (std::exchange(errand->has_looked, true)) {
    errand->job.has_looked = true;
    return give_again(errand, true);
  }
  hand_over({.command = LookUpAttempt{.id = payment}, .may_ask = true},
            [self = shared_from_this(), errand](Result<Reply> reply) {
              self->on_looked(errand, std::move(reply));
            });
}

void Flow::State::on_looked(const Shared& errand, Result<Reply> reply) {
  if (!reply) return answer(errand, std::move(reply));
  auto* ask = std::get_if<Ask>(&*reply);
  if (ask == nullptr) return give_again(errand, true);
  const auto inquiry = how_to_ask(errand->job.command, *ask);
  auto asked = Asked::of(ask->instruction->attempt, ask->meanwhile.payment, true);
  asked.was_due = ask->was_due;
  // To pay again what is being paid changes nothing, so that it can be told at once. The others are not done.
  const bool changes_nothing = std::holds_alternative<ProcessPayment>(errand->job.command);
  wait(errand, changes_nothing ? std::optional(std::move(ask->meanwhile)) : std::nullopt);
  // Without its provider it is refused as if there were none at all.
  const bool may_ask = providers.find(ask->instruction->attempt.provider) != nullptr;
  look(*ask->instruction, inquiry,
       [self = shared_from_this(), errand, may_ask, asked = std::move(asked)](Outcome outcome) mutable {
         self->settle(std::move(asked), std::move(outcome),
                      [self, errand, may_ask](const Result<Reply>&) { self->give_again(errand, may_ask); });
       });
}

void Flow::State::tell_what_is_kept(const Shared& errand, Result<Reply> present) {
  const SettleAttempt nothing_new{
      .id = std::get<PaymentReply>(*present).payment.id, .attempt = {}, .outcome = Unknown{}};
  hand_over({.command = nothing_new, .protection = errand->job.protection},
            [self = shared_from_this(), errand, present = std::move(present)](Result<Reply> kept) mutable {
              if (!kept) kept = std::move(present);
              if (auto* told = std::get_if<PaymentReply>(&*kept)) told->replayed = false;
              self->answer(errand, std::move(kept));
            });
}

void Flow::State::look(const Instruction& instruction, Inquiry inquiry, Provider::Done done) const {
  auto* provider = providers.find(instruction.attempt.provider);
  if (provider == nullptr) return done(Unknown{.why = std::string(not_set_up)});
  inquire(*provider, instruction, inquiry, std::string(approval_canceled), std::move(done));
}

void Flow::State::settle(Asked asked, Outcome outcome, Done done) {
  auto command = asked.settled_with(std::move(outcome));
  hand_over({.command = std::move(command), .may_ask = true},
            [asked = std::move(asked), done = std::move(done)](Result<Reply> reply) mutable {
              asked.check(reply);
              done(std::move(reply));
            });
}

void Flow::State::undo_each(const Shared& errand, const std::vector<PaymentId>& left) {
  wait(errand, std::nullopt);
  auto count = std::make_shared<std::atomic<std::size_t>>(left.size());
  std::vector<Submission> submissions;
  submissions.reserve(left.size());
  for (const auto id : left) {
    submissions.push_back({.job = {.command = UndoPayment{.id = id}, .scope = errand->job.scope},
                           .done = [self = shared_from_this(), errand, count](const Result<Reply>&) {
                             if (--*count == 0) self->give_again(errand, false);
                           }});
  }
  submit(submissions);
  for (auto& refused : submissions) refused.done(fail(ErrorCode::unavailable));
}

/// Whoever was told that nothing was done is not made a liar.
void Flow::State::give_again(const Shared& errand, bool may_ask) {
  if (!is_answered(errand)) give(errand, may_ask);
}

void Flow::State::answer(const Shared& errand, Result<Reply> reply) {
  Done done;
  {
    const std::lock_guard lock(mutex);
    waiting.erase(errand);
    done = std::exchange(errand->done, nullptr);
  }
  if (done) done(std::move(reply));
}

void Flow::State::wait(const Shared& errand, std::optional<PaymentReply> meanwhile) {
  {
    const std::lock_guard lock(mutex);
    if (!errand->done) return;
    errand->meanwhile = std::move(meanwhile);
    if (!payers_are_gone) {
      waiting.insert(errand);
      return;
    }
  }
  answer(errand, said_meanwhile(*errand));
}

bool Flow::State::is_answered(const Shared& errand) {
  const std::lock_guard lock(mutex);
  return !errand->done;
}

/// `done` runs where completions do, also when the queue is full.
void Flow::State::hand_over(Job job, Done done) {
  std::vector<Submission> submissions;
  submissions.push_back({.job = std::move(job), .done = std::move(done)});
  executor.submit(submissions);
  for (auto& refused : submissions) {
    post([refuse = std::move(refused.done)]() mutable { refuse(fail(ErrorCode::unavailable)); });
  }
}

void Flow::State::let_payers_go() {
  std::vector<Executor::Completion> told;
  {
    const std::lock_guard lock(mutex);
    payers_are_gone = true;
    for (const auto& errand : waiting)
      told.push_back({.done = std::exchange(errand->done, nullptr), .reply = said_meanwhile(*errand)});
    waiting.clear();
  }
  for (auto& one : told) {
    post([one = std::move(one)]() mutable { one.done(std::move(one.reply)); });
  }
}

Flow::Flow(Executor& executor, Providers& providers, Post post)
    : state_(std::make_shared<State>(executor, providers, std::move(post))) {}

Flow::~Flow() = default;

void Flow::submit(std::vector<Submission>& submissions) {
  state_->submit(submissions);
}

void Flow::let_payers_go() {
  state_->let_payers_go();
}

}  // namespace pay
