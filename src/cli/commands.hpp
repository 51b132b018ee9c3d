// The commands of amt, in the order of the data flow.
#pragma once

#include <array>

#include "runtime.hpp"

namespace amt {

struct Command {
  const char* name;
  const char* summary;  ///< input -> output
  Subcommand run;
};

inline constexpr std::array<Command, 7> kCommands = {{
    {"prepare", "MIDI files -> a shuffled, tokenised dataset", run_prepare},
    {"train", "a dataset -> a trained model, with checkpoints", run_train},
    {"eval", "a checkpoint and a dataset -> loss, bits per second, perplexities", run_eval},
    {"generate", "a model, and optionally a MIDI file -> new music", run_generate},
    {"export", "a model -> a folder to publish, with a model card", run_export},
    {"inspect", "a dataset -> a summary, an integrity check, its rows as notes", run_inspect},
    {"report", "a training run -> report.html, or a chart of its losses", run_report},
}};

}  // namespace amt
