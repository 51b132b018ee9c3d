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

/// For an option "watchdog" of whatever starts several ranks. Long enough for rank 0 to write the
/// largest checkpoint to a slow disk (9 GB at 10 MB/s) while the others wait for it.
constexpr Duration kDefaultWatchdog{900};
constexpr const char* kWatchdogHelp =
    "end the job with exit code 76 if a rank makes no progress for this time; 0: never";

/// Where two sets of options differ.
struct OptionChange {
  std::string key;  ///< "trainer.learning_rate"
  std::string before, now;
};

/// What another value of an option changes, from most to least. Said where the option is declared,
/// and nowhere else: a run resumes, a dataset is the same, a model takes over another's parameters
/// by what is said there.
enum class Effect : std::uint8_t {
  kResult,    ///< what comes out; of a model's option, what its parameters mean. The default, so
              ///< that no change passes because nobody has thought of it
  kTraining,  ///< what is learned, but not what learned parameters mean: dropout
  kRounding,  ///< what comes out, to rounding at most: precision, devices, sizes of micro-batches
  kNothing,   ///< none of these: where things lie, how often they are looked at, messages
};

struct Option {
  std::string name;  ///< "trainer.learning_rate": the INI key is the part after the first dot
  std::string help;
  Effect effect = Effect::kResult;
  bool is_flag = false;                              ///< takes no value on the command line
  std::function<void(const std::string&)> set = {};  ///< throws UsageError naming the option
  std::function<std::string()> get = {};             ///< the value as it would be written
  std::string same_as = {};                 ///< of a short name: the option that it stands for
  std::vector<std::string> customary = {};  ///< what other programs call it
};

/// Binds names to the members of option structs, which must outlive the table.
class OptionTable {
 public:
  /// An option of a type of option_value.hpp. The words of an enum are added to the help text.
  template <class T>
  void add(const std::string& name, T* value, const std::string& help,
           Effect effect = Effect::kResult) {
    bind(name, value, help, effect, false);
  }
  /// A switch: "--name" sets it.
  void add_flag(const std::string& name, bool* value, const std::string& help,
                Effect effect = Effect::kResult) {
    bind(name, value, help, effect, true);
  }

  /// A short name for the option `target`, which is there already.
  void add_short(const std::string& name, const std::string& target);
  /// Names that users of other programs may type for `name`, which is there already: not taken,
  /// but understood by closest().
  void add_customary(const std::string& name, std::initializer_list<const char*> names);

  const std::vector<Option>& options() const { return options_; }

  /// Sets one option by name. UsageError if the name is not known, naming the nearest that is, or
  /// naming the option, the value and what it may be.
  void set(const std::string& name, const std::string& text);

  /// The option of this name or short name; nullptr if there is none.
  const Option* find(const std::string& name) const;
  /// A short name in full, any other as it is.
  std::string full_name(const std::string& name) const;

  /// The option that `word`, which names none, may have been meant for; "" if none is close enough.
  /// Compared are whole names, their parts after the last dot, and the customary names.
  std::string closest(const std::string& word) const;

  /// True if set() was called for this option, by whichever name: its value was chosen, even where
  /// it is the default.
  bool given(const std::string& name) const { return given_.contains(full_name(name)); }

  /// The table as an INI file (amt/base/ini.hpp): sections from the names' first parts, in order of
  /// declaration, without short names, and without those whose effect is weaker than `weakest`.
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
  using Parse = std::function<std::string(const std::string&)>;  // as parse_option
  void declare(Option option, const std::string& words, Parse parse,
               std::function<std::string()> show);

  std::vector<Option> options_;
  std::set<std::string> given_;
};

/// UsageError "--option must `must`, not `value`" unless `holds`.
template <class T>
void require_option(bool holds, const std::string& option, const T& value,
                    const std::string& must) {
  if (!holds) throw UsageError(fmt::format("--{} must {}, not {}", option, must, value));
}

}  // namespace amt
