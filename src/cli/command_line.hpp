// Fills an OptionTable from the command line and an INI file.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "amt/base/options.hpp"

namespace amt {

/// A required positional argument.
struct Positional {
  std::string name;  ///< as in the usage line: "CORPUS"
  std::string help;
  std::string* value;
};

/// The arguments and options of a subcommand.
struct CommandLine {
  std::string command;  ///< "prepare"
  std::string summary;  ///< one sentence
  std::vector<Positional> positionals;
  OptionTable* table = nullptr;
  bool takes_config = false;  ///< --config FILE: an INI file, overridden by the command line
};

/// Fills positionals and table from the file that --config names (amt/base/ini.hpp), then from
/// `args` (without program and command): command line over file over default. UsageError in one
/// line otherwise, with the line of the file; an unknown option or key is answered with the nearest
/// known one. Of an option that is given twice in `args` the last one counts, as --help says; twice
/// in the file it is an error, and so is a second --config. Returns false if --help was given, or
/// nothing but kHelpAs (help_form.hpp): the first rank of a launcher has printed it to stdout and
/// nothing is to be done.
bool parse_command_line(const CommandLine& line, std::span<const std::string> args);

/// Returns everything that was parsed, one setting a line. Ranks that work together must have the
/// same text.
std::string configuration_text(const CommandLine& line);

}  // namespace amt
