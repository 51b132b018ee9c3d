#include "amt/mpi/run_on_all.hpp"

#include <fmt/core.h>

#include <exception>
#include <optional>

#include "amt/base/foreign_error.hpp"
#include "amt/process/log.hpp"

namespace amt::mpi {

void propagate_error(const Communicator& communicator, const Error* failure) {
  if (!communicator.any_of(failure != nullptr)) return;
  const std::int64_t mine = failure != nullptr ? communicator.rank() : communicator.size();
  const int speaker = static_cast<int>(-communicator.all_reduce_max(-mine));
  std::string message;
  std::int64_t code = 0;
  if (communicator.rank() == speaker) {
    message =
        speaker == 0 ? failure->what() : fmt::format("{} [{}]", failure->what(), log_identity());
    code = static_cast<std::int64_t>(failure->code());
  }
  communicator.broadcast(message, speaker);
  code = communicator.all_reduce_max(code);
  throw CollectiveError(message, static_cast<ExitCode>(code));
}

void run_on_all(const Communicator& communicator, const std::function<void()>& work) {
  std::optional<Error> failure;
  try {
    work();
  } catch (const std::exception& error) {
    failure = to_error(error);
  }
  propagate_error(communicator, failure ? &*failure : nullptr);
}

}  // namespace amt::mpi
