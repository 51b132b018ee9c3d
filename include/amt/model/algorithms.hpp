// Chooses the device's algorithms before the first step, so that results do not depend on timing
// later.
#pragma once

#include <string>

#include "amt/model/model.hpp"

namespace amt {

/// Takes what `before`, a record or "", says of the device's algorithms; logs why that is of no
/// use, if so. With `timed`, the device times what is left open, in a training pass over `rows`
/// made-up rows, after which the model's gradients are something else; without, it takes what its
/// libraries propose first, which is the same at each start. The record of all that was chosen; ""
/// if nothing was. Local.
std::string choose_algorithms(Model& model, int rows, const std::string& before, bool timed);

/// Takes what another rank's device has chosen, if anything; logs why not. Local.
void take_algorithms(Model& model, const std::string& record);

}  // namespace amt
