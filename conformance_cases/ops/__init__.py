"""Operations of ``keras.ops``."""
