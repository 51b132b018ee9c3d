#include "command_line.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <iostream>
#include <map>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/ini.hpp"
#include "amt/base/strings.hpp"
#include "bash_completion.hpp"
#include "help_form.hpp"
#include "launcher.hpp"
#include "manual_page.hpp"
#include "option_lines.hpp"

namespace amt {
namespace {

namespace po = boost::program_options;

constexpr std::uint64_t kMaxFile = 1u << 20;                  // bytes of a configuration file
constexpr const char* kPositionals = "positional arguments";  // no option's name has a space

/// Declares every option to Boost as a string; OptionTable converts and validates the values.
po::options_description describe(const CommandLine& line) {
  po::options_description known("Options");
  known.add_options()("help,h", "show this help");
  for (const OptionLine& option : option_lines(line)) {
    if (option.value.empty()) {
      known.add_options()(option.name.c_str(), option.help.c_str());
    } else {
      known.add_options()(option.name.c_str(),
                          po::value<std::string>()->value_name(option.value.c_str()),
                          option.help.c_str());
    }
  }
  return known;
}

void print_help(const CommandLine& line, const po::options_description& known) {
  std::cout << "Usage: amt " << line.command;
  for (const Positional& word : line.positionals) std::cout << ' ' << word.name;
  std::cout << " [options]\n\n" << line.summary << "\n\n";
  for (const Positional& word : line.positionals) {
    std::cout << "  " << word.name << ": " << word.help << '\n';
  }
  std::cout << (line.positionals.empty() ? "" : "\n") << known << '\n' << kOptionRules << '\n';
}

void print_help_as(HelpForm form, const CommandLine& line) {
  std::cout << (form == HelpForm::kMan ? manual_page(line) : bash_completion(line));
}

[[noreturn]] void refuse(const CommandLine& line, const std::string& problem) {
  throw UsageError(fmt::format("{} (see amt {} --help)", problem, line.command));
}

[[noreturn]] void refuse_unknown(const CommandLine& line, const std::string& word,
                                 const std::string& where) {
  const std::string name = word.substr(std::min(word.find_first_not_of('-'), word.size()));
  std::string close = line.table->closest(name);
  if (close.empty()) {
    std::vector<std::string> others = {"help"};
    if (line.takes_config) others.push_back("config");
    close = nearest(name, others);
  }
  refuse(line, fmt::format("{}unknown option '{}'{}", where, name,
                           close.empty() ? "" : fmt::format("; did you mean '{}'?", close)));
}

/// Rephrases an error of Boost's parser in the style of amt's own messages.
std::string problem_of(const po::error_with_option_name& error) {
  const std::string name = error.get_option_name();
  if (const auto* syntax = dynamic_cast<const po::invalid_syntax*>(&error)) {
    switch (syntax->kind()) {
      case po::invalid_syntax::missing_parameter:
      case po::invalid_syntax::empty_adjacent_parameter:
        return name + " needs a value";
      case po::invalid_syntax::extra_parameter:
        return name + " takes no value";
      default:
        break;
    }
  }
  return fmt::format("option {} cannot be parsed ({})", name, error.what());
}

po::parsed_options parse_words(const CommandLine& line, const po::options_description& known,
                               std::span<const std::string> args) {
  po::options_description all;
  all.add(known).add_options()(kPositionals, po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add(kPositionals, -1);
  try {
    return po::command_line_parser(std::vector<std::string>(args.begin(), args.end()))
        .options(all)
        .positional(positional)
        .style(po::command_line_style::default_style & ~po::command_line_style::allow_guessing)
        .run();
  } catch (const po::unknown_option& error) {
    refuse_unknown(line, error.get_option_name(), "");
  } catch (const po::error_with_option_name& error) {
    refuse(line, problem_of(error));
  } catch (const po::error& error) {
    refuse(line, fmt::format("the command line cannot be parsed ({})", error.what()));
  }
}

bool given(const po::parsed_options& parsed, const std::string& name) {
  return std::ranges::find(parsed.options, name, &po::option::string_key) != parsed.options.end();
}

/// Returns the file given with --config, or "" if there is none.
std::string config_file(const CommandLine& line, const po::parsed_options& parsed) {
  std::string file;
  for (const po::option& option : parsed.options) {
    if (option.string_key != "config") continue;
    const std::string& named = option.value.front();
    if (named.empty()) refuse(line, "--config: the file name is empty");
    if (!file.empty()) {
      refuse(line,
             fmt::format("--config is given twice ({} and {}); give only one file", file, named));
    }
    file = named;
  }
  return file;
}

std::vector<IniEntry> read_entries(const std::string& file) {
  try {
    return parse_ini(read_text(file, kMaxFile), file);
  } catch (const UsageError&) {
    throw;
  } catch (const Error& error) {
    throw UsageError(fmt::format("--config {}: {}", file, error.what()));
  }
}

void apply_file(const CommandLine& line, const std::string& file) {
  OptionTable& table = *line.table;
  std::map<std::string, int> lines;  // line on which each option is set
  for (const IniEntry& entry : read_entries(file)) {
    const std::string where = fmt::format("{}:{}: ", file, entry.line);
    if (table.find(entry.key) == nullptr) refuse_unknown(line, entry.key, where);
    const auto [first, is_new] = lines.emplace(table.full_name(entry.key), entry.line);
    if (!is_new) {
      throw UsageError(
          fmt::format("{}'{}' is already set on line {}", where, entry.key, first->second));
    }
    try {
      table.set(entry.key, entry.value);
    } catch (const UsageError& error) {
      throw UsageError(where + error.what());
    }
  }
}

/// Must be called in command-line order, so that the last value of an option wins.
void set_option(const CommandLine& line, const po::option& option) {
  const std::string value = option.value.empty() ? "true" : option.value.front();
  // With --config, an empty value clears a setting of the file; without it, the cause is most
  // likely an unset shell variable.
  if (value.empty() && !line.takes_config) {
    refuse(line, fmt::format("--{} is empty", option.string_key));
  }
  line.table->set(option.string_key, value);
}

void apply_positionals(const CommandLine& line, const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < line.positionals.size(); ++i) {
    if (i >= words.size()) {
      refuse(line, fmt::format("amt {}: {} is missing", line.command, line.positionals[i].name));
    }
    if (words[i].empty()) {
      refuse(line, fmt::format("{} is empty: give its name", line.positionals[i].name));
    }
    *line.positionals[i].value = words[i];
  }
  if (words.size() > line.positionals.size()) {
    refuse(line, fmt::format("amt {}: unexpected argument '{}'", line.command,
                             words[line.positionals.size()]));
  }
}

}  // namespace

bool parse_command_line(const CommandLine& line, std::span<const std::string> args) {
  if (args.size() == 2 && args[0] == kHelpAs) {
    const HelpForm form = parse_help_form(args[1]);
    if (launcher_rank() == 0) print_help_as(form, line);
    return false;
  }
  const po::options_description known = describe(line);
  const po::parsed_options parsed = parse_words(line, known, args);
  if (given(parsed, "help")) {
    if (launcher_rank() == 0) print_help(line, known);
    return false;
  }
  const std::string file = config_file(line, parsed);
  if (!file.empty()) apply_file(line, file);
  std::vector<std::string> words;
  for (const po::option& option : parsed.options) {
    if (option.string_key == kPositionals) {
      words.insert(words.end(), option.value.begin(), option.value.end());
    } else if (option.string_key != "config") {
      set_option(line, option);
    }
  }
  apply_positionals(line, words);
  return true;
}

std::string configuration_text(const CommandLine& line) {
  std::string text = fmt::format("command = {}\n", line.command);
  for (const Positional& word : line.positionals) {
    text += fmt::format("{} = {}\n", word.name, *word.value);
  }
  return text + line.table->to_ini();
}

}  // namespace amt
