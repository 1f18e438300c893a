#include "app/overdue.hpp"

namespace pay::app {
namespace {

constexpr std::size_t page_size = 1000;

}  // namespace

std::vector<PaymentId> Overdue::next(ReadStore& store, Timestamp now, std::size_t limit) {
  forget_until(now);
  std::vector<PaymentId> due;
  for (std::size_t examined = 0; examined < most_examined && due.size() < limit; examined += page_size) {
    const auto page = store.list_expired(now, last_, page_size);
    take(page, limit, due);
    const bool is_the_end = page.size() < page_size && (page.empty() || last_ == page.back());
    if (is_the_end) {
      last_ = {};
      break;
    }
  }
  return due;
}

void Overdue::take(const std::vector<Expired>& page, std::size_t limit, std::vector<PaymentId>& due) {
  const std::lock_guard lock(mutex_);
  for (const auto& one : page) {
    if (due.size() == limit) return;
    last_ = one;
    if (!put_off_.contains(one.payment)) due.push_back(one.payment);
  }
}

void Overdue::put_off(PaymentId payment, Timestamp now) {
  const std::lock_guard lock(mutex_);
  if (put_off_.size() < most_put_off) put_off_.insert_or_assign(payment, now + pause);
}

void Overdue::forget_until(Timestamp now) {
  const std::lock_guard lock(mutex_);
  std::erase_if(put_off_, [now](const auto& one) { return one.second <= now; });
}

}  // namespace pay::app
