#include "app/cli/operator.hpp"

#include <fmt/format.h>

#include <charconv>
#include <future>

#include "app/settings.hpp"

namespace pay::app {
namespace {

void deliver(std::vector<Executor::Completion> completions) {
  for (auto& completion : completions) completion.done(std::move(completion.reply));
}

}  // namespace

Operator::Operator(Store& store, Executor::Options options)
    : executor_(store.open_writer(), clock_, std::move(options), &deliver, nobody_) {}

std::vector<Result<Reply>> Operator::carry_out(std::vector<Command> commands) {
  std::vector<std::future<Result<Reply>>> futures;
  std::vector<Executor::Submission> submissions;
  for (auto& command : commands) {
    std::promise<Result<Reply>> promise;
    futures.push_back(promise.get_future());
    submissions.push_back({.job = {.command = std::move(command)},
                           .done = [promise = std::move(promise)](Result<Reply> reply) mutable {
                             promise.set_value(std::move(reply));
                           }});
  }
  executor_.submit(submissions);
  for (auto& refused : submissions) refused.done(fail(ErrorCode::unavailable));
  std::vector<Result<Reply>> replies;
  replies.reserve(futures.size());
  for (auto& future : futures) replies.push_back(future.get());
  return replies;
}

std::int64_t read_id(std::string_view what, std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 1 || number > max_id) {
    throw ConfigurationError(fmt::format("'{}' is no {}; write a whole number", text, what));
  }
  return number;
}

std::string_view sentence_of(const Error& error) {
  return error.detail.en.empty() ? name(error.code) : std::string_view(error.detail.en);
}

}  // namespace pay::app
