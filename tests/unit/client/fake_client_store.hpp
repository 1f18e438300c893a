#pragma once

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "storage/client_store.hpp"
#include "storage/errors.hpp"

namespace pay::test {

/// What a FakeClientStore lists, shared with the test. Thread-safe.
class Register {
 public:
  void have(std::vector<Client> clients) {
    const std::lock_guard lock(mutex_);
    clients_ = std::move(clients);
    is_away_ = false;
  }
  void go_away() {
    const std::lock_guard lock(mutex_);
    is_away_ = true;
  }
  /// Returns once it was read twice more: what was there before the call is known then.
  void wait_until_read() {
    std::unique_lock lock(mutex_);
    const auto enough = reads_ + 2;
    read_.wait(lock, [&] { return reads_ >= enough; });
  }
  std::vector<Client> list() {
    const std::lock_guard lock(mutex_);
    ++reads_;
    read_.notify_all();
    if (is_away_) throw StoreUnavailable("gone");
    return clients_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable read_;
  std::vector<Client> clients_;
  bool is_away_ = false;
  int reads_ = 0;
};

/// Lists what the register has; nobody changes clients through it.
class FakeClientStore final : public ClientStore {
 public:
  explicit FakeClientStore(Register& clients) : clients_(clients) {}

  std::vector<Client> list_clients() override { return clients_.list(); }
  bool add_client(const Client&) override { throw std::logic_error("not asked for here"); }
  bool update_client(const Client&) override { throw std::logic_error("not asked for here"); }
  bool remove_client(std::string_view) override { throw std::logic_error("not asked for here"); }
  bool add_key(std::string_view, const ClientKey&) override { throw std::logic_error("not asked for here"); }
  bool remove_key(std::string_view, std::string_view) override {
    throw std::logic_error("not asked for here");
  }
  Adopted adopt_payments(std::string_view, PaymentId) override {
    throw std::logic_error("not asked for here");
  }

 private:
  Register& clients_;
};

}  // namespace pay::test
