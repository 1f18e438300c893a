#include "client/line_budget.hpp"

namespace pay {

LineBudget::Answer LineBudget::ask(Timestamp now) {
  const std::lock_guard lock(mutex_);
  const bool is_over = now < began_ || now - began_ >= window;
  if (is_over) {
    began_ = now;
    count_ = 0;
  }
  if (count_ > allowed) return Answer::be_silent;
  return ++count_ > allowed ? Answer::say_that_it_is_the_last : Answer::write;
}

}  // namespace pay
