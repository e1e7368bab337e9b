//! Vínculo.
