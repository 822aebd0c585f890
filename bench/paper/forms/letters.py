from forms.registers import plan, draw  # noqa
