#pragma once

#include <string>
#include <vector>

#include "model/method.hpp"
#include "model/payment.hpp"

namespace pay {

/// One who may be asked to take a payment.
struct Choice {
  std::string provider;
  bool at_once = false;  ///< has no outside effects: its answer came with the command
};

/// Who takes which payment. Any thread.
class Routing {
 public:
  virtual ~Routing() = default;
  /// In order of preference, and only those that take such a charge; empty: nobody does.
  [[nodiscard]] virtual std::vector<Choice> choices(const Payment& payment,
                                                    const KeptSource& source) const = 0;
};

}  // namespace pay
