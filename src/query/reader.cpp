#include "query/reader.hpp"

#include <algorithm>
#include <concepts>

#include "base/log.hpp"
#include "base/sort_unique.hpp"
#include "query/cursor.hpp"

namespace pay {
namespace {

/// Taken at once by one thread. Larger shares leave the other threads without work.
constexpr std::size_t batch_limit = 256;

using Scope = std::optional<std::string>;

Result<QueryResult> wrong_cursor() {
  return invalid("cursor", {.en = "is not a cursor of this list; start again without one",
                            .fr = "n'est pas un curseur de cette liste; recommencez sans curseur"});
}

template <class PageType, class Row>
PageType to_page(Slice<Row> slice, std::uint64_t mark) {
  PageType page;
  page.rows = std::move(slice.rows);
  if (slice.has_more) page.next_cursor = write_cursor(slice.next, mark);
  return page;
}

/// The position that a cursor holds, `start` without one, nothing when it is wrong.
std::optional<std::int64_t> position(const std::optional<std::string>& cursor, std::uint64_t mark,
                                     std::int64_t start) {
  return cursor ? read_cursor(*cursor, mark) : start;
}

/// With a scope, the filter's client is the scope's own. False when it asks for another's: nothing is listed.
template <class Filter>
bool narrow(Filter& filter, const Scope& scope) {
  if (!scope) return true;
  if (filter.client && *filter.client != *scope) return false;
  filter.client = scope;
  return true;
}

/// A page of a filtered list, newest first; `fetch` takes the filter and the position that it goes on from.
template <class Row, class Query, class Fetch>
Result<QueryResult> answer_list(const Query& query, const Scope& scope, Fetch fetch) {
  auto filter = query.filter;
  const bool is_visible = narrow(filter, scope);
  const auto mark = mark_of(filter);
  const auto before = position(query.cursor, mark, max_id + 1);
  if (!before) return wrong_cursor();
  if (!is_visible) return Page<Row>{};
  return to_page<Page<Row>>(fetch(filter, *before), mark);
}

Result<QueryResult> answer(const ListPayments& query, const Scope& scope, ReadStore& store) {
  return answer_list<Payment>(query, scope, [&](const PaymentFilter& filter, std::int64_t before) {
    return store.list_payments(filter, before, query.limit);
  });
}

Result<QueryResult> answer(const ListNotifications& query, const Scope& scope, ReadStore& store) {
  return answer_list<Notification>(query, scope, [&](const NotificationFilter& filter, std::int64_t before) {
    return store.list_notifications(filter, before, query.limit);
  });
}

Result<QueryResult> answer(const ListAllAttempts& query, const Scope& scope, ReadStore& store) {
  return answer_list<Attempt>(query, scope, [&](const AttemptFilter& filter, std::int64_t before) {
    return store.list_all_attempts(filter, before, query.limit);
  });
}

/// A page of what belongs to a payment; `fetch` takes the position that it goes on from.
template <class Row, class Fetch>
Result<QueryResult> answer_page(const PageOf& query, std::string_view list, Fetch fetch) {
  const auto mark = mark_of(list, query.payment);
  const auto after = position(query.cursor, mark, 0);
  if (!after) return wrong_cursor();
  std::optional<Slice<Row>> slice = fetch(*after);
  if (!slice) return fail(ErrorCode::not_found);
  return to_page<Page<Row>>(std::move(*slice), mark);
}

Result<QueryResult> answer(const ListEvents& query, const Scope&, ReadStore& store) {
  return answer_page<Event>(query, "events", [&](std::int64_t after) {
    return store.list_events(query.payment, after, query.limit);
  });
}

Result<QueryResult> answer(const ListAttempts& query, const Scope&, ReadStore& store) {
  return answer_page<Attempt>(query, "attempts", [&](std::int64_t after) {
    return store.list_attempts(query.payment, after, query.limit);
  });
}

Result<QueryResult> answer(const ListRefunds& query, const Scope&, ReadStore& store) {
  const auto mark = mark_of("refunds", query.payment);
  const auto after = position(query.cursor, mark, 0);
  if (!after) return wrong_cursor();
  auto refunds = store.list_refunds(query.payment, *after, query.limit);
  if (!refunds) return fail(ErrorCode::not_found);
  return RefundPage{to_page<Page<Refund>>(std::move(refunds->slice), mark), refunds->currency};
}

Result<QueryResult> answer(const CheckHealth&, const Scope&, ReadStore& store) {
  store.ping();
  return Healthy{};
}

/// The payment that must be known before a question can be answered: the one it asks for, or, with a scope,
/// the one whose rows it asks for.
std::optional<PaymentId> payment_of(const Question& question) {
  return std::visit(
      [&]<class Q>(const Q& query) -> std::optional<PaymentId> {
        if constexpr (std::same_as<Q, FindPayment>) return query.id;
        if constexpr (std::derived_from<Q, PageOf>) {
          if (question.scope) return query.payment;
        }
        return std::nullopt;
      },
      question.query);
}

/// The single payments that a batch needs, in one look.
class Found {
 public:
  Found(std::span<const Reader::Submission> batch, ReadStore& store) {
    std::vector<PaymentId> ids;
    for (const auto& submission : batch) {
      if (const auto id = payment_of(submission.question)) ids.push_back(*id);
    }
    sort_unique(ids);
    if (!ids.empty()) payments_ = store.find_payments(ids);
    const bool in_order = std::ranges::is_sorted(payments_, {}, &Payment::id);
    if (!in_order) std::ranges::sort(payments_, {}, &Payment::id);
  }

  /// Nothing when there is none, or when it is another client's.
  [[nodiscard]] const Payment* find(PaymentId id, const Scope& scope) const {
    const auto at = std::ranges::lower_bound(payments_, id, {}, &Payment::id);
    if (at == payments_.end() || at->id != id) return nullptr;
    return scope && *scope != at->client ? nullptr : &*at;
  }

 private:
  std::vector<Payment> payments_;
};

Result<QueryResult> answer(const Question& question, const Found& found, ReadStore& store) {
  const Payment* payment = nullptr;
  if (const auto id = payment_of(question)) {
    payment = found.find(*id, question.scope);
    if (!payment) return fail(ErrorCode::not_found);
  }
  return std::visit(
      [&]<class Q>(const Q& query) -> Result<QueryResult> {
        if constexpr (std::same_as<Q, FindPayment>) {
          return *payment;
        } else {
          return answer(query, question.scope, store);
        }
      },
      question.query);
}

std::vector<Result<QueryResult>> answer_all(std::span<const Reader::Submission> batch, ReadStore& store) {
  const Found found(batch, store);
  std::vector<Result<QueryResult>> results;
  results.reserve(batch.size());
  for (const auto& submission : batch) results.push_back(answer(submission.question, found, store));
  return results;
}

std::unexpected<Error> unavailable(const std::exception& why) {
  return std::unexpected(Error{.code = ErrorCode::unavailable, .internal = why.what()});
}

std::vector<Result<QueryResult>> answer_one_by_one(const std::vector<Reader::Submission>& batch,
                                                   ReadStore& store) {
  std::vector<Result<QueryResult>> results;
  results.reserve(batch.size());
  for (const auto& submission : batch) {
    try {
      results.push_back(answer_all(std::span(&submission, 1), store).front());
    } catch (const std::exception& e) {
      log::error("a query failed", {{"reason", e.what()}});
      results.push_back(unavailable(e));
    }
  }
  return results;
}

}  // namespace

Reader::Reader(std::vector<std::unique_ptr<ReadStore>> stores, Options options, Deliver deliver)
    : deliver_(std::move(deliver)), queue_(options.queue_limit), stores_(std::move(stores)) {
  for (auto& store : stores_) threads_.emplace_back([this, &store] { work(*store); });
}

Reader::~Reader() {
  queue_.close();
  for (auto& thread : threads_) thread.join();
}

void Reader::work(ReadStore& store) {
  while (auto batch = queue_.pop(batch_limit)) {
    std::vector<Result<QueryResult>> results;
    try {
      results = answer_all(*batch, store);
    } catch (const StoreUnavailable& e) {
      log::error("queries failed", {{"reason", e.what()}, {"queries", batch->size()}});
      results.assign(batch->size(), unavailable(e));
    } catch (const std::exception&) {
      results = answer_one_by_one(*batch, store);  // one of them is at fault, and fails alone
    }
    std::vector<Completion> completions;
    completions.reserve(batch->size());
    for (std::size_t i = 0; i < results.size(); ++i) {
      completions.push_back({std::move((*batch)[i].done), std::move(results[i])});
    }
    deliver_(std::move(completions));
  }
}

}  // namespace pay
