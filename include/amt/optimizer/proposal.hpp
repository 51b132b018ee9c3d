// The number of steps and the learning rate where the user leaves them open. All calls local.
//
// Steps: 5 passes over the training rows, but at least 100 steps as far as 10 passes allow. From 3
// to 5 passes are what published recipes for tuning a language model on little text take; where the
// model has learned enough earlier, trainer.patience ends training and the best checkpoint is kept.
// Fewer than 100 updates are few for Adam's moments and a schedule; more than 10 passes are learnt
// by heart.
//
// Rate: 6e-4 x 768 / width, at most 3e-3, for a model that starts from random weights: that is the
// reference's for its small model of this width, and the inverse of the width is how a rate carries
// over to others (Yang et al. 2022, for Adam). A tenth of it for a model that is already trained:
// 6e-5 for a width of 768, beside 6.25e-5 (GPT) and 5e-5 (Hugging Face's default) for models of
// that size. It does not depend on the rows: what fewer rows call for is fewer steps.
#pragma once

#include <cstdint>

namespace amt {

/// Of a training split with `rows` rows and batches of `batch`; both above 0.
std::int64_t proposed_steps(std::uint64_t rows, int batch);

/// For a model of this width; `trained`: it starts from trained weights.
double proposed_learning_rate(int width, bool trained);

/// So that training is validated about 20 times, which costs a tenth of the time if a tenth of
/// the music validates.
std::int64_t proposed_steps_per_eval(std::int64_t num_train_steps);

}  // namespace amt
