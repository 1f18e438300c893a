#pragma once

#include <cstdint>
#include <functional>

#include "model/payment.hpp"

namespace pay {

/// The first try to tell, as the request that caused it sees it: it may wait, so that the order is paid when
/// `process` returns. What comes of the try never changes the answer.
class Notifier {
 public:
  virtual ~Notifier() = default;
  /// Calls `done` once when the first try to tell of this event is over, whatever came of it, or the inline
  /// time is; at once when no try is under way. Any thread; `done` too, perhaps before this returns.
  virtual void after_first_try(PaymentId payment, std::int64_t sequence,
                               std::move_only_function<void()> done) = 0;
};

}  // namespace pay
