// Typed options, declared once beside the stage that uses them.
//
// A stage has a plain struct of values and a function that lists its members in an OptionTable. The
// command line turns the table into flags and INI keys, and prints it back as the resolved
// configuration. No stage sees another stage's options, and none sees the parser.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <set>
#include <string>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/base/option_value.hpp"

namespace amt {

/// Default of every "watchdog" option. Long enough for rank 0 to write the largest checkpoint to a
/// slow disk (9 GB at 10 MB/s) while the other ranks wait.
constexpr Duration kDefaultWatchdog{900};
constexpr const char* kWatchdogHelp =
    "end the job with exit code 76 if a rank makes no progress for this long: seconds, or 90s, "
    "30m, 2h; 0: never";

/// An option whose value differs between two sets of options.
struct OptionChange {
  std::string key;  ///< "trainer.learning_rate"
  std::string before, now;
};

/// What changing an option affects, strongest first. Every option declares its effect. It decides
/// whether a run may be resumed, whether two datasets count as equal, and whether a model can start
/// from another's parameters.
enum class Effect : std::uint8_t {
  kResult,  ///< the result; for a model option, the meaning of its parameters. The default, so
  ///< that an option without a declared effect is never changed unnoticed
  kTraining,  ///< the training, but not the meaning of the parameters: dropout
  kRounding,  ///< the result, but only by rounding: precision, devices, micro-batch sizes
  kNothing,   ///< none of these: paths, logging intervals, messages
};

struct Option {
  std::string name;  ///< "trainer.learning_rate": the INI key is the part after the first dot
  std::string help;
  Effect effect = Effect::kResult;
  bool is_flag = false;                              ///< takes no value on the command line
  std::function<void(const std::string&)> set = {};  ///< throws UsageError naming the option
  std::function<std::string()> get = {};             ///< the current value as text
  std::string same_as = {};                 ///< for a short name: the option it abbreviates
  std::vector<std::string> customary = {};  ///< its names in other programs
};

/// Binds names to the members of option structs, which must outlive the table.
class OptionTable {
 public:
  /// Adds an option of a type that option_value.hpp supports. The values of an enum are added to
  /// the help text.
  template <class T>
  void add(const std::string& name, T* value, const std::string& help,
           Effect effect = Effect::kResult) {
    bind(name, value, help, effect, false);
  }
  /// Adds a switch: "--name" sets it.
  void add_flag(const std::string& name, bool* value, const std::string& help,
                Effect effect = Effect::kResult) {
    bind(name, value, help, effect, true);
  }

  /// Adds a short name for the option `target`, which must exist.
  void add_short(const std::string& name, const std::string& target);
  /// Adds names that other programs use for the existing option `name`: they are not accepted, but
  /// closest() recognises them.
  void add_customary(const std::string& name, std::initializer_list<const char*> names);

  const std::vector<Option>& options() const { return options_; }

  /// Sets one option by name. Throws UsageError if the name is unknown, suggesting the nearest
  /// known one, or if the value is invalid, naming the option, the value and the accepted values.
  void set(const std::string& name, const std::string& text);

  /// Returns the option with this name or short name; nullptr if there is none.
  const Option* find(const std::string& name) const;
  /// Returns the full form of a short name; any other name unchanged.
  std::string full_name(const std::string& name) const;

  /// Returns the option that a user who typed the unknown name `word` probably meant; "" if none is
  /// similar enough. Compares whole names, their parts after the last dot, and customary names; at
  /// most a third of the last part may be misspelled.
  std::string closest(const std::string& word) const;

  /// Returns whether set() was called for this option, by any of its names, even with the default
  /// value.
  bool given(const std::string& name) const { return given_.contains(full_name(name)); }

  /// Returns the table as an INI file (amt/base/ini.hpp), in order of declaration, with a section
  /// for each first part of the names. Leaves out short names and options whose effect is weaker
  /// than `weakest`.
  std::string to_ini(Effect weakest = Effect::kNothing) const;

 private:
  template <class T>
  void bind(const std::string& name, T* value, const std::string& help, Effect effect,
            bool is_flag) {
    declare(
        {name, help, effect, is_flag}, option_words(*value),
        [value](const std::string& text) { return parse_option(text, value); },
        [value] { return show_option(*value); });
  }
  using Parse = std::function<std::string(const std::string&)>;  // like parse_option
  void declare(Option option, const std::string& words, Parse parse,
               std::function<std::string()> show);

  std::vector<Option> options_;
  std::set<std::string> given_;
};

/// Throws UsageError "--option must `must`, not `value`" unless `holds`.
template <class T>
void require_option(bool holds, const std::string& option, const T& value,
                    const std::string& must) {
  if (!holds) throw UsageError(fmt::format("--{} must {}, not {}", option, must, value));
}

}  // namespace amt
