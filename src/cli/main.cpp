// amt: MIDI files to a trained Anticipatory Music Transformer.
#include <fmt/core.h>

#include <array>
#include <chrono>
#include <csignal>
#include <iostream>
#include <thread>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/base/foreign_error.hpp"
#include "amt/base/strings.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "amt/process/log.hpp"
#include "bash_completion.hpp"
#include "commands.hpp"
#include "help_form.hpp"
#include "launcher.hpp"
#include "manual_page.hpp"
#include "runtime.hpp"
#include "version.hpp"

namespace amt {
namespace {

void print_usage() {
  std::cout << "Usage: amt COMMAND ...               in one process\n"
               "       mpirun -n N amt COMMAND ...   on N ranks\n\nCommands:\n";
  for (const Command& command : kCommands) {
    std::cout << "  " << command.name << std::string(10 - std::string(command.name).size(), ' ')
              << command.summary << '\n';
  }
  std::cout << "\namt COMMAND --help shows a command's options; amt --version shows versions.\n";
}

void print_help_as(HelpForm form, Runtime& runtime) {
  if (form == HelpForm::kMan) {
    std::cout << manual_page();
    return;
  }
  std::cout << bash_completion_head();
  const std::vector<std::string> args = {kHelpAs, "bash"};
  for (const Command& command : kCommands) command.run(runtime, args);
  std::cout << bash_completion_tail();
}

ExitCode dispatch(Runtime& runtime, const std::vector<std::string>& args) {
  const bool first = launcher_rank() == 0;  // the output would be the same on every rank
  if (args.empty() || args[0] == "--help" || args[0] == "-h" || args[0] == "help") {
    if (first) print_usage();
    return args.empty() ? ExitCode::kUsage : ExitCode::kDone;
  }
  if (args[0] == "--version") {
    if (first) std::cout << version_text();
    return ExitCode::kDone;
  }
  if (args.size() == 2 && args[0] == kHelpAs) {
    const HelpForm form = parse_help_form(args[1]);
    if (first) print_help_as(form, runtime);
    return ExitCode::kDone;
  }
  std::vector<std::string> names;
  for (const Command& command : kCommands) {
    if (args[0] == command.name) return command.run(runtime, std::span(args).subspan(1));
    names.push_back(command.name);
  }
  const std::string close = nearest(args[0], names);
  throw UsageError(fmt::format("unknown command '{}'{} (see amt --help)", args[0],
                               close.empty() ? "" : fmt::format("; did you mean '{}'?", close)));
}

/// A usage error usually occurs on all ranks: rank 0 prints it, and the launcher ends the others. A
/// rank that is still running after a while has an error of its own, such as a file that is missing
/// on its host, and prints it as well.
ExitCode fail_before_start(const UsageError& error) {
  log_agreed_error(error.what());
  if (launcher_rank() > 0) {
    std::this_thread::sleep_for(std::chrono::seconds(3));
    if (launcher().rank_on_host == 0) log_error(error.what());
  }
  return error.code();
}

/// Reports an error that only this rank has. Other ranks may be waiting in a collective, so this
/// ends the whole job.
ExitCode fail_alone(const Error& error) {
  log_error(error.what());
  if (mpi::active() && !mpi::alone()) mpi::end_job(error.code());
  return error.code();
}

/// Runs a command. This is the only place that catches errors; an error carries the exit code.
ExitCode run(const std::vector<std::string>& args) {
  Runtime runtime;
  try {
    return dispatch(runtime, args);
  } catch (const mpi::CollectiveError& error) {
    log_agreed_error(error.what());
    return error.code();
  } catch (const UsageError& error) {
    return mpi::active() ? fail_alone(error) : fail_before_start(error);
  } catch (const std::exception& error) {
    return fail_alone(to_error(error));
  }
}

}  // namespace
}  // namespace amt

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // exceeding `ulimit -f` is then a write error, not a signal
  return static_cast<int>(amt::run({argv + 1, argv + argc}));
}
