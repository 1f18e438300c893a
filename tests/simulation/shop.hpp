#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "unit/http/client.hpp"

namespace pay::test {

/// What a shop knows of a payment from the answers it got.
struct Known {
  std::string status = "pending";
  std::int64_t captured = 0;  ///< in cents
  std::int64_t refunded = 0;
  std::int64_t version = 1;
  bool operator==(const Known&) const = default;
};

Known known_from(std::string_view payment_json);

/// A client that pays, refunds and repeats itself over HTTP, as a careful one does: a key with every POST,
/// and the same request again while the answer is 503. One thread.
class Shop {
 public:
  Shop(unsigned short port, std::string name, std::uint32_t seed);

  /// One payment from its creation to wherever chance leads it. Failures are test failures.
  void sell();
  /// Takes 7.00 back from a payment that others refund as well; false when nothing was left of it.
  bool race_for_refund(std::int64_t payment);
  /// One of the earlier requests once more: the same bytes come back.
  void repeat_something();
  /// A payment of 100.00, paid.
  std::int64_t create_paid();
  Known look_at(std::int64_t payment);

  [[nodiscard]] const std::map<std::int64_t, Known>& ledger() const { return ledger_; }
  [[nodiscard]] std::size_t keys() const { return keys_; }
  [[nodiscard]] std::size_t refunds() const { return refunds_; }
  [[nodiscard]] std::size_t retries() const { return retries_; }

 private:
  struct Post {
    std::string path;
    std::string body;
    std::string key;
    int status = 0;
    std::string answer;
  };
  http::RawAnswer ask(std::string_view method, std::string_view path, std::string_view body,
                      std::string_view key);
  /// With a new key; the answer must have this status.
  std::string post(std::string path, std::string body, int status);
  void process(std::int64_t payment, Known& known, bool manual);
  void go_on_from_authorized(std::int64_t payment, Known& known);
  void refund_part(std::int64_t payment, Known& known);
  void undo(std::int64_t payment, Known& known);
  bool chance(unsigned percent);
  std::int64_t between(std::int64_t least, std::int64_t most);

  http::RawClient client_;
  const std::string name_;
  std::mt19937 random_;
  std::map<std::int64_t, Known> ledger_;
  std::vector<Post> posts_;
  std::size_t keys_ = 0;
  std::size_t refunds_ = 0;
  std::size_t retries_ = 0;
};

}  // namespace pay::test
