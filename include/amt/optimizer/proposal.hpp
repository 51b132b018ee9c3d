// Proposes the number of steps and the learning rate if the user has not given them. All calls are
// local.
//
// Steps: 5 passes over the training rows, but at least 100 steps unless that would be more than 10
// passes. Published recipes for fine-tuning a language model on little text use 3 to 5 passes; if
// the model has learned enough earlier, trainer.patience ends training and the best checkpoint is
// kept. Fewer than 100 updates are too few for Adam's moments and a schedule; with more than 10
// passes the model starts to memorise the rows.
//
// Rate: 6e-4 x 768 / width, at most 3e-3, for a model that starts from random weights. The
// reference trains its small model, of width 768, at this rate, and for Adam the best rate is
// inversely proportional to the width (Yang et al. 2022). A model that is already trained gets a
// tenth of it: 6e-5 for a width of 768; GPT used 6.25e-5 and Hugging Face's default is 5e-5 for
// models of that size. The rate does not depend on the number of rows: fewer rows need fewer steps,
// not another rate.
#pragma once

#include <cstdint>

namespace amt {

/// Returns the number of steps for a training split of `rows` rows in batches of `batch`; both must
/// be above 0.
std::int64_t proposed_steps(std::uint64_t rows, int batch);

/// Returns the rate for a model of this width; `trained` means that it starts from trained weights.
double proposed_learning_rate(int width, bool trained);

/// Returns the interval that gives about 20 validations. They take a tenth of the time if the
/// validation split is a tenth of the music.
std::int64_t proposed_steps_per_eval(std::int64_t num_train_steps);

}  // namespace amt
